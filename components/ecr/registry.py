"""Registry-wide settings: pull-through caches, enhanced scanning, replication, the registry policy."""

import pulumi
import pulumi_aws as aws

from ..arguments.component import Component
from ..iam.policies import policy_json
from .args import CacheArgs, RegistryWideArgs, ReplicationArgs
from .pull_through import CACHE_DAYS, cached_lifecycle, upstream_host
from .registry_policy import registry_policy


def add_cache(
    parent: Component, name: str, region: str, prefix: str, options: CacheArgs
) -> aws.ecr.PullThroughCacheRule:
    """Creates a pull-through cache below a prefix, and the template for the repositories that it creates."""
    host = upstream_host(options["upstream"], has_credential="credential_arn" in options)
    adopted = options.get("adopt")
    # An import that fails half-way is already in the state: removing the cache must not delete what others created.
    opts = parent.child(import_=prefix if adopted else None, retain_on_delete=adopted)
    template = aws.ecr.RepositoryCreationTemplate(
        f"{name}-cache-{prefix}",
        prefix=prefix,
        region=region,
        applied_fors=["PULL_THROUGH_CACHE"],
        description=f"Cache of {host}",
        image_tag_mutability="MUTABLE",  # a tag that moves upstream moves in the cache
        lifecycle_policy=policy_json(cached_lifecycle(options.get("days", CACHE_DAYS))),
        opts=opts,
    )
    return aws.ecr.PullThroughCacheRule(
        f"{name}-cache-{prefix}",
        ecr_repository_prefix=prefix,
        region=region,
        upstream_registry_url=host,
        credential_arn=options.get("credential_arn"),
        # A prefix has one rule: the new one cannot be made while the old one is there.
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(depends_on=[template], delete_before_replace=True)
        ),
    )


def add_registry_wide(parent: Component, name: str, account: str, region: str, options: RegistryWideArgs) -> None:
    """Creates the registry-wide settings that the declaration asks for, and no others."""
    opts = parent.child()
    frequencies = (
        ("CONTINUOUS_SCAN", options.get("scan_continuously")),
        ("SCAN_ON_PUSH", options.get("scan_on_push")),
    )
    rules: list[aws.ecr.RegistryScanningConfigurationRuleArgsDict] = [
        {
            "scan_frequency": frequency,
            "repository_filters": [{"filter": text, "filter_type": "WILDCARD"} for text in filters],
        }
        for frequency, filters in frequencies
        if filters
    ]
    if rules:
        aws.ecr.RegistryScanningConfiguration(
            f"{name}-scanning", scan_type="ENHANCED", rules=rules, region=region, opts=opts
        )
    if options.get("replicate_to"):
        aws.ecr.ReplicationConfiguration(
            f"{name}-replication",
            replication_configuration={
                "rules": [_replication_rule(account, destination) for destination in options.get("replicate_to", [])]
            },
            region=region,
            opts=opts,
        )
    if options.get("replicas_from"):
        policy = registry_policy(account, region, options.get("replicas_from", {}))
        aws.ecr.RegistryPolicy(f"{name}-policy", policy=policy_json(policy), region=region, opts=opts)


def _replication_rule(
    account: str, destination: ReplicationArgs
) -> aws.ecr.ReplicationConfigurationReplicationConfigurationRuleArgsDict:
    target = destination.get("account", account)
    rule: aws.ecr.ReplicationConfigurationReplicationConfigurationRuleArgsDict = {
        "destinations": [{"region": destination["region"], "registry_id": target}]
    }
    if destination.get("prefixes"):
        rule["repository_filters"] = [
            {"filter": prefix, "filter_type": "PREFIX_MATCH"} for prefix in destination.get("prefixes", [])
        ]
    return rule

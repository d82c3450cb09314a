"""Registry-wide settings: pull-through caches, enhanced scanning, replication, the registry policy."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from ..iam.policies import policy_json
from ..names.locations import errors_under
from ..names.registry_host import registry_host
from .pull_through import Upstream, cache_prefix, cached_lifecycle, credential_arn, upstream_host
from .registry_filters import replication_prefix, scan_filter
from .registry_policy import registry_policy

_CACHE_DAYS = 90


class CacheArgs(TypedDict):
    """A pull-through cache: the first pull of an image fetches it from upstream."""

    upstream: Upstream
    """One of `docker-hub`, `ecr-public`, `ghcr`, `gitlab` (gitlab.com), `k8s` and `quay`."""
    credential_arn: NotRequired[pulumi.Input[str]]
    """The ARN of the secret that signs in upstream; required for `docker-hub`, `ghcr` and `gitlab`. Its name starts
    with `ecr-pullthroughcache/`, its value is `{"username": ..., "accessToken": ...}`. Create it outside of Pulumi, so
    that its value is not in the state."""
    days: NotRequired[int]
    """Cached images are deleted that many days after they were fetched, 90 by default; a later pull fetches them
    again."""
    adopt: NotRequired[bool]
    """Takes over the prefix's existing rule and creation template. Both must exist; the preview names each setting that
    differs. They outlive the stack. ECR refuses an `upstream` other than the rule's, since a prefix has one rule."""


class ReplicationArgs(TypedDict):
    """Where new images are copied to."""

    region: str
    """The destination's region."""
    account: NotRequired[str]
    """The destination's account; by default the stack's own. Another account must allow it in its registry policy."""
    prefixes: NotRequired[list[str]]
    """Prefixes of the repositories to replicate; all repositories by default."""


class RegistryWideArgs(TypedDict):
    """Settings that exist once per registry.

    They are opt-in, since two stacks that set the same one would fight over it.
    """

    scan_continuously: NotRequired[list[str]]
    """Filters such as `prod/*` or `*` for repositories that Amazon Inspector scans again whenever a vulnerability
    becomes known. Turns on enhanced scanning, which Inspector charges for."""
    scan_on_push: NotRequired[list[str]]
    """Filters for repositories that Inspector scans when an image is pushed. Turns on enhanced scanning."""
    replicate_to: NotRequired[list[ReplicationArgs]]
    """Replication destinations; existing images are not copied."""
    replicas_from: NotRequired[dict[str, list[str]]]
    """Accounts that may replicate into this registry, each with the repositories or patterns it may create."""


def add_cache(
    parent: pulumi.Resource, name: str, region: str, prefix: str, options: CacheArgs
) -> aws.ecr.PullThroughCacheRule:
    """Creates a pull-through cache below a prefix, and the template for the repositories that it creates."""
    host = upstream_host(options["upstream"], has_credential="credential_arn" in options)
    secret = options.get("credential_arn")
    adopted = options.get("adopt")
    # An import that fails half-way is already in the state: removing the cache must not delete what others created.
    opts = pulumi.ResourceOptions(parent=parent, import_=prefix if adopted else None, retain_on_delete=adopted)
    template = aws.ecr.RepositoryCreationTemplate(
        f"{name}-cache-{prefix}",
        prefix=cache_prefix(prefix),
        region=region,
        applied_fors=["PULL_THROUGH_CACHE"],
        description=f"Cache of {host}",
        image_tag_mutability="MUTABLE",  # a tag that moves upstream also moves in the cache
        lifecycle_policy=policy_json(cached_lifecycle(options.get("days", _CACHE_DAYS))),
        opts=opts,
    )
    return aws.ecr.PullThroughCacheRule(
        f"{name}-cache-{prefix}",
        ecr_repository_prefix=prefix,
        region=region,
        upstream_registry_url=host,
        credential_arn=credential_arn(secret) if isinstance(secret, str) else secret,
        # A prefix has one rule: the new one cannot be created while the old one exists.
        opts=pulumi.ResourceOptions.merge(
            opts, pulumi.ResourceOptions(depends_on=[template], delete_before_replace=True)
        ),
    )


def add_registry_wide(parent: pulumi.Resource, name: str, account: str, region: str, options: RegistryWideArgs) -> None:
    """Creates the registry-wide settings that the declaration asks for, and no others."""
    opts = pulumi.ResourceOptions(parent=parent)
    frequencies = (
        ("CONTINUOUS_SCAN", "scan_continuously", options.get("scan_continuously")),
        ("SCAN_ON_PUSH", "scan_on_push", options.get("scan_on_push")),
    )
    rules: list[aws.ecr.RegistryScanningConfigurationRuleArgsDict] = [
        {
            "scan_frequency": frequency,
            "repository_filters": [{"filter": scan_filter(text, key), "filter_type": "WILDCARD"} for text in filters],
        }
        for frequency, key, filters in frequencies
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
    with errors_under("replicate_to"):
        registry_host(target, destination["region"])
    rule: aws.ecr.ReplicationConfigurationReplicationConfigurationRuleArgsDict = {
        "destinations": [{"region": destination["region"], "registry_id": target}]
    }
    if destination.get("prefixes"):
        rule["repository_filters"] = [
            {"filter": replication_prefix(prefix, "replicate_to.prefixes"), "filter_type": "PREFIX_MATCH"}
            for prefix in destination.get("prefixes", [])
        ]
    return rule

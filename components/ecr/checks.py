"""Finds all mistakes in repositories, caches and the registry's settings, before anything is made."""

from collections.abc import Mapping

from ..names.aws_arns import key_arn
from ..names.locations import Mistakes, each
from ..names.registry_host import registry_host
from ..names.repository_names import repository_name
from .args import CacheArgs, RegistryWideArgs, ReplicationArgs, RepositoriesArgs, RepositoryArgs
from .mutable_tags import tag_mutability
from .pull_through import CACHE_DAYS, cache_prefix, credential_arn, upstream_host
from .registry_filters import replication_prefix, scan_filter
from .registry_policy import registry_policy
from .repository_documents import access_of, lifecycle_of


def find(args: RepositoriesArgs) -> Mistakes:
    """Everything that ECR would not accept."""
    mistakes = Mistakes()
    with mistakes.at():
        registry_host(args["account"], args["region"])
    if not mistakes.found:
        registry = args.get("registry", {})
        mistakes.take(
            find_in_registry(args["account"], args["region"], args["repositories"], args.get("caches", {}), registry)
        )
    return mistakes


def find_in_registry(
    account: str,
    region: str,
    repositories: Mapping[str, RepositoryArgs],
    caches: Mapping[str, CacheArgs],
    registry: RegistryWideArgs,
) -> Mistakes:
    """Everything that ECR would not accept, for a valid account and region."""
    mistakes = Mistakes()
    for name, repository in repositories.items():
        with mistakes.at("repositories", name):
            _check_repository(account, region, name, repository)
    for prefix, cache in caches.items():
        with mistakes.at("caches", prefix):
            _check_cache(account, region, prefix, cache)
    with mistakes.at("registry"):
        _check_registry_wide(account, region, registry)
    return mistakes


def _check_repository(account: str, own_region: str, name: str, options: RepositoryArgs) -> None:
    mistakes, region, key = Mistakes(), options.get("region", own_region), options.get("kms_key")
    with mistakes.at(renamed={"repositories": ""}):
        repository_name(name)
    with mistakes.at():
        registry_host(account, region)
        if isinstance(key, str):
            key_arn(key, region)
    with mistakes.at():
        tag_mutability(options.get("mutable_tags", []))
    with mistakes.at():
        lifecycle_of(options)
    with mistakes.at():
        access_of(account, own_region, options)
    mistakes.refuse()


def _check_cache(account: str, region: str, prefix: str, options: CacheArgs) -> None:
    """Refuses a cache that ECR would not make.

    Raises:
        MistakesError: what is wrong with it.
    """
    mistakes, secret = Mistakes(), options.get("credential_arn")
    with mistakes.at(renamed={"prefix": ""}):
        cache_prefix(prefix)
    with mistakes.at():
        upstream_host(options["upstream"], has_credential="credential_arn" in options)
    if isinstance(secret, str):
        with mistakes.at():
            credential_arn(secret, account, region)
    if options.get("days", CACHE_DAYS) < 1:
        mistakes.add("days", text=f"got {options.get('days')}; write a number of 1 or more, such as {CACHE_DAYS}")
    mistakes.refuse()


def _check_registry_wide(account: str, region: str, options: RegistryWideArgs) -> None:
    """Refuses settings of the registry that ECR would not accept.

    Raises:
        MistakesError: what is wrong with them.
    """
    mistakes = Mistakes()
    for key in ("scan_continuously", "scan_on_push"):
        with mistakes.at():
            each(key, options.get(key, []), scan_filter)
    with mistakes.at():
        each("replicate_to", options.get("replicate_to", []), lambda to: _check_destination(account, to))
    with mistakes.at():
        registry_policy(account, region, options.get("replicas_from", {}))
    mistakes.refuse()


def _check_destination(account: str, destination: ReplicationArgs) -> None:
    mistakes = Mistakes()
    with mistakes.at():
        registry_host(destination.get("account", account), destination["region"])
    with mistakes.at():
        each("prefixes", destination.get("prefixes", []), replication_prefix)
    mistakes.refuse()

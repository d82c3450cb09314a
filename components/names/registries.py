"""ARNs of repositories in one or several registries."""

from collections.abc import Sequence
from typing import TypedDict

from .locations import Mistakes, each
from .naming import Names
from .registry_host import partition_of, registry_host
from .repository_names import repository_pattern


class RegistryArgs(TypedDict):
    """One registry: an account in a region."""

    account: str
    """Twelve digits."""
    region: str
    """The registry's region, such as `eu-central-1`."""


def repository_arn(account: str, region: str, pattern: str) -> str:
    """The ARN of a repository in a registry, or of all that match a pattern such as `ci/*`.

    Raises:
        ValueError: no such registry can exist.
    """
    registry_host(account, region)
    return f"arn:{partition_of(region)}:ecr:{region}:{account}:repository/{pattern}"


def repository_arns(
    names: Names, patterns: Sequence[str], registries: Sequence[RegistryArgs] = (), field: str = "pull"
) -> list[str]:
    """The ARNs of repositories, by name or pattern, in each registry; by default in the stack's own.

    Raises:
        ValueError: a pattern or registry is invalid; a message about a pattern names `field`.
    """
    mistakes, found = Mistakes(), list[str]()
    with mistakes.at():
        each(field, patterns, repository_pattern)
    with mistakes.at():
        each("registries", registries, lambda registry: _check_registry(names, registry))
    mistakes.refuse()
    for registry in registries or [RegistryArgs(account=names.account, region=names.region)]:
        found += [repository_arn(registry["account"], registry["region"], pattern) for pattern in patterns]
    return found


def _check_registry(names: Names, registry: RegistryArgs) -> None:
    mistakes = Mistakes()
    with mistakes.at():
        registry_host(registry["account"], names.region)
    with mistakes.at():
        if partition_of(registry["region"]) != names.partition:
            raise ValueError(
                f"region: got {registry['region']!r} for roles of the partition {names.partition}; "
                "no identity reaches from one AWS partition into another: write a stack for each"
            )
    mistakes.refuse()

"""ARNs of repositories in one or several registries."""

from collections.abc import Sequence
from typing import TypedDict

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
    arns: list[str] = []
    for registry in registries or [RegistryArgs(account=names.account, region=names.region)]:
        account, region = registry["account"], registry["region"]
        if partition_of(region) != names.partition:
            raise ValueError(
                f"registries: got {region!r} for roles of the partition {names.partition}; "
                "an identity of one AWS partition cannot be used in another: write one stack per partition"
            )
        arns += [repository_arn(account, region, repository_pattern(pattern, field)) for pattern in patterns]
    return arns

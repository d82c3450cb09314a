"""The registries that a stack file names: its own, and those of other accounts and regions.

What lies in the others is up to others, so their repositories are made up for a run: what the consumers and runners may
pull there, and one that nobody named. Each of another account gets the repository policy that its owner has to write.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from components.names.registry_host import HostForm, host_in, parse_registry_host, registry_host
from settings import RegistryAccessArgs

from .patterns import names

UNNAMED: Final = "made-up/not-declared"
"""A repository of another registry that no consumer names."""


@dataclass(frozen=True)
class RegistryLocation:
    """Where a registry is."""

    account: str
    region: str


@dataclass(frozen=True)
class Registry:
    """A registry and what lies in it.

    Attributes:
        hosts: what images are written with, the classic host first.
        repositories: by name.
        own: whether it is the stack's; all others are made up.
    """

    location: RegistryLocation
    hosts: tuple[str, ...]
    repositories: tuple[str, ...]
    own: bool


@dataclass(frozen=True)
class Image:
    """A repository as an `image:` line names it.

    Attributes:
        label: as the matrix calls it: the repository, and where it is if that is not the stack's own registry.
    """

    location: RegistryLocation
    host: str
    repository: str
    label: str


def registries(declaration: RegistryAccessArgs) -> tuple[Registry, ...]:
    """Every registry that the declaration names, the stack's own first."""
    own = RegistryLocation(declaration["account"], declaration["region"])
    pulling = list(_pulling(declaration, own))
    locations = dict.fromkeys([own, *(location for each in pulling for location in each.locations)])
    return tuple(
        Registry(
            location,
            tuple(dict.fromkeys([registry_host(location.account, location.region), *_hosts(location, pulling)])),
            tuple(declaration["repositories"]) if location == own else _made_up(location, pulling, declaration),
            own=location == own,
        )
        for location in locations
    )


@lru_cache(maxsize=32)  # everyone who pulls tries the images of the same few registries
def images(registry: Registry, own: RegistryLocation) -> tuple[Image, ...]:
    """Each repository of a registry under each of its hosts."""
    return tuple(
        Image(registry.location, host, repository, f"{repository}{_whereabouts(registry.location, own)}")
        for host in registry.hosts
        for repository in registry.repositories
    )


def tried(registries: Sequence[Registry], patterns: Sequence[str], hosts: Collection[str]) -> dict[Image, bool]:
    """The images that somebody tries to pull, and whether these patterns on these hosts declare each.

    All registries by their classic host, and whatever other host the declaration names.
    """
    own = registries[0].location
    return {
        image: image.host in hosts and any(names(pattern, image.repository) for pattern in patterns)
        for registry in registries
        for image in images(registry, own)
        if image.host in hosts or image.host == registry.hosts[0]
    }


def hosts_of(options: Mapping[str, Any], own: RegistryLocation) -> list[str]:
    """The registry hosts that a consumer's images are written with."""
    forms = dict.fromkeys([HostForm.CLASSIC, *map(HostForm, options.get("host_forms", []))])
    return [
        host_in(form, location.account, location.region) for location in locations_of(options, own) for form in forms
    ]


def locations_of(options: Mapping[str, Any], own: RegistryLocation) -> list[RegistryLocation]:
    """The registries that a consumer or a runner's access names; by default the stack's own."""
    named = [RegistryLocation(each["account"], each["region"]) for each in options.get("registries", [])]
    return list(dict.fromkeys(named)) or [own]


@dataclass(frozen=True)
class _Pulling:
    locations: Sequence[RegistryLocation]
    patterns: Sequence[str]
    hosts: Sequence[str]


def _pulling(declaration: RegistryAccessArgs, own: RegistryLocation) -> Iterator[_Pulling]:
    for consumer in declaration.get("consumers", {}).values():
        yield _Pulling(locations_of(consumer, own), consumer.get("pull", []), hosts_of(consumer, own))
    for runner in declaration.get("runners", {}).values():
        access = runner.get("access", {})
        yield _Pulling(locations_of(access, own), access.get("pull", []), access.get("registry_hosts", []))


def _hosts(location: RegistryLocation, pulling: Sequence[_Pulling]) -> Iterator[str]:
    for host in (host for each in pulling for host in each.hosts):
        found = parse_registry_host(host)
        if found and RegistryLocation(found.account, found.region) == location:
            yield host


def _made_up(
    location: RegistryLocation, pulling: Sequence[_Pulling], declaration: RegistryAccessArgs
) -> tuple[str, ...]:
    patterns = dict.fromkeys(pattern for each in pulling if location in each.locations for pattern in each.patterns)
    found: dict[str, None] = {}
    for pattern in patterns:
        known = [name for name in declaration["repositories"] if names(pattern, name)]
        found |= dict.fromkeys(known or [pattern.replace("*", "made-up")])
    return (*found, UNNAMED)


def _whereabouts(location: RegistryLocation, own: RegistryLocation) -> str:
    account = "" if location.account == own.account else f" of {location.account}"
    return account + ("" if location.region == own.region else f" in {location.region}")

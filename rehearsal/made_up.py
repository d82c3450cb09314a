"""Lists what a run made up because the stack file does not have it."""

from collections.abc import Iterator
from typing import Final

from .namespaces import SHADOWED
from .world import World

_BY_HAND: Final = "a project with its own DOCKER_AUTH_CONFIG, set by hand"


def made_up(world: World) -> Iterator[str]:
    """A line for each thing."""
    for path in world.made_up:
        yield f"in GitLab, {path}: {_BY_HAND if path.endswith(f'/{SHADOWED}') else 'only its number is in the file'}"
    for name in world.made_up_secrets:
        yield f"in the secret {name}, a login"
    for registry in world.registries:
        if not registry.own:
            there = f"in {registry.hosts[0]}, {', '.join(registry.repositories)}"
            granted = ": each with the repository policy that its owner has to write"
            yield there + (granted if registry.location.account != world.account else "")

"""A consumer's side of it: what its jobs find in their variable."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .clients import auth_of
from .puller import can_sign_in
from .world import TAG, World


@dataclass(frozen=True)
class Consumer:
    """A GitLab project or group whose variable is rotated."""

    world: World
    path: str
    kind: str
    pull: list[str]

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.kind} {self.path}"

    def lies_below(self, other: "Consumer") -> bool:
        """Whether it is in the other, a group, at any depth."""
        return self.path.lower().startswith(f"{other.path.lower()}/")

    def variable(self) -> str | None:
        """What its `DOCKER_AUTH_CONFIG` holds now, None when there is none."""
        record = self.world.gitlab.variable(self.kind, self.path, "DOCKER_AUTH_CONFIG")
        return None if record is None else record["value"]

    def auth(self, repository: str) -> str | None:
        """The `auth` that the runner takes from the variable for a repository's image; None for none."""
        return auth_of(f"{self.world.registry_host}/{repository}:{TAG}", self.variable())

    def signs_in(self, auth: str | None) -> bool:
        """Whether the registry takes a token."""
        return can_sign_in(self.world.registry_http, self.world.registry_host, auth)


def rotated(world: World, declaration: Mapping[str, Any]) -> Iterator[Consumer]:
    """The consumers that pull with a variable which the rotator keeps."""
    for path, consumer in sorted(declaration.get("consumers", {}).items()):
        if access_of(consumer) == "rotated-variable" and consumer.get("pull"):
            yield Consumer(world, path, consumer.get("kind", "project"), consumer["pull"])


def access_of(consumer: Mapping[str, Any]) -> str:
    """The consumer's access, as the stack file writes it."""
    access = consumer.get("access")
    return "rotated-variable" if access is None else str(getattr(access, "value", access))

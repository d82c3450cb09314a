"""A consumer's side of it: what its jobs find in their variable, and what they can pull with it."""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from components.documents.credential_resolution import Outcome, resolve

from .puller import PullError, can_sign_in, pull
from .world import TAG, World

OWN_PULLER: Final = "rehearsal"
"""The client of a pull: this project's own small puller."""


@dataclass(frozen=True)
class Pull:
    """One cell of the matrix: expected from the declaration, actual from the registry's answer."""

    consumer: str
    repository: str
    image: str
    expected: str
    actual: str
    client: str
    reason: str

    @property
    def as_declared(self) -> bool:
        """Whether both agree."""
        return self.expected == self.actual


@dataclass(frozen=True)
class Consumer:
    """A GitLab project or group of the declaration."""

    world: World
    path: str
    kind: str
    pull: list[str]

    def variable(self) -> str | None:
        """What its `DOCKER_AUTH_CONFIG` holds now, None when there is none."""
        record = self.world.gitlab.variable(self.kind, self.path, "DOCKER_AUTH_CONFIG")
        return None if record is None else record["value"]

    def auth(self, repository: str) -> str | None:
        """The `auth` that the runner takes from the variable for a repository's image; None for none."""
        found = resolve(self._image(repository), docker_auth_config=self.variable())
        if found.outcome is not Outcome.FOUND:
            return None
        credential = found.credential
        return base64.b64encode(f"{credential.username}:{credential.password}".encode()).decode()

    def signs_in(self, auth: str | None) -> bool:
        """Whether the registry takes a token."""
        cloud = self.world.cloud
        return can_sign_in(self.world.registry_host, auth=auth, proxy_url=cloud.proxy_url, ca_file=cloud.ca_file)

    def pull_from(self, repository: str) -> Pull:
        """Pulls the repository's image with exactly what the variable holds."""
        cloud = self.world.cloud
        expected = "allowed" if any(_names(pattern, repository) for pattern in self.pull) else "denied"
        try:
            result = pull(
                self.world.registry_host,
                repository,
                TAG,
                auth=self.auth(repository),
                proxy_url=cloud.proxy_url,
                ca_file=cloud.ca_file,
            )
            actual, reason = ("allowed" if result.allowed else "denied"), result.reason
        except PullError as error:
            actual, reason = "failed", str(error)
        return Pull(self.path, repository, self._image(repository), expected, actual, OWN_PULLER, reason)

    def _image(self, repository: str) -> str:
        return f"{self.world.registry_host}/{repository}:{TAG}"


def declared(world: World, declaration: Mapping[str, Any]) -> Iterator[Consumer]:
    """The consumers of the declaration that the program gave as its output."""
    for path, consumer in sorted(declaration["consumers"].items()):
        yield Consumer(world, path, consumer["kind"], consumer["pull"])


def _names(pattern: str, repository: str) -> bool:
    """What the declaration means by a pattern, read here anew: the program's own reading is under test."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), repository) is not None

"""A consumer as the rehearsal sees it, and what its jobs find in their variable."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from components import Access
from components.docker.auth import DOCKER_AUTH_CONFIG
from components.names.naming import Names

from .accesses import ROTATED, access_of
from .clients import auth_of
from .namespaces import INSTANCE
from .puller import can_sign_in
from .registries import hosts_of
from .world import World

Auths = dict[str, str | None]
"""The `auth` that the runner takes from a variable, by registry host; None when there is none."""


@dataclass(frozen=True)
class Consumer:
    """A GitLab project or group with a variable that is rotated: one for each of its environment scopes.

    Attributes:
        scope: the variable's environment scope; `*` for all jobs.
        hosts: the registry hosts in its image references.
        secret: the name of the secret that its jobs read themselves; empty with a variable.
    """

    world: World
    path: str
    kind: str
    pull: tuple[str, ...]
    hosts: tuple[str, ...]
    scope: str = "*"
    secret: str = ""

    @property
    def name(self) -> str:
        """Its name in messages."""
        return INSTANCE if self.kind == INSTANCE else f"{self.kind} {self.path}"

    @property
    def label(self) -> str:
        """The name of its jobs in the matrix; with an example environment if the scope is not `*`."""
        return self.path if self.scope == "*" else f"{self.path} ({self.scope.replace('*', '1')})"

    @property
    def full_path(self) -> str:
        """Its path as GitLab compares it; empty for the instance."""
        return "" if self.kind == INSTANCE else self.path.lower()

    def parents(self) -> Iterator[str]:
        """The full paths of all that it is inside, the instance last."""
        path = self.full_path
        while path:
            path = path.rpartition("/")[0]
            yield path

    def login(self) -> str | None:
        """The document that its jobs pull with now; None when there is none."""
        return _secret(self.world, self.secret) if self.secret else self.variable()

    def variable(self) -> str | None:
        """The present value of its `DOCKER_AUTH_CONFIG`; None when there is none."""
        record = self.world.gitlab.variable(self.kind, self.path, DOCKER_AUTH_CONFIG, self.scope)
        return None if record is None else record["value"]

    def auths(self) -> Auths:
        """The present `auth` in the variable for each of its registry hosts."""
        document = self.login()
        return {host: auth_of(f"{host}/any", document) for host in self.hosts}

    def auth(self) -> str | None:
        """The present `auth` for the first of its registry hosts."""
        return self.auths()[self.hosts[0]]

    def refused(self, auths: Auths) -> list[str]:
        """The registry hosts that refuse their token."""
        return [host for host, auth in auths.items() if not can_sign_in(self.world.registry_http, host, auth)]


def rotated(world: World, declaration: Mapping[str, Any]) -> Iterator[Consumer]:
    """The consumers that pull with a login which the rotator keeps, in a variable or in a secret."""
    for path, consumer in sorted(declaration.get("consumers", {}).items()):
        if access_of(consumer) not in ROTATED or not consumer.get("pull"):
            continue
        hosts = tuple(hosts_of(consumer, world.location))
        if access_of(consumer) is Access.JOB_SECRET:
            secret = names_of(declaration).audience_secret(path)
            yield Consumer(world, path, "project", tuple(consumer["pull"]), hosts, secret=secret)
            continue
        for scope in consumer.get("environment_scopes", ["*"]):
            yield Consumer(world, path, consumer.get("kind", "project"), tuple(consumer["pull"]), hosts, scope)


def names_of(declaration: Mapping[str, Any]) -> Names:
    """The stack's names in AWS."""
    where = {key: declaration[key] for key in ("account", "region", "prefix")}
    return Names(**where, role_path=declaration.get("role_path", ""))


def _secret(world: World, name: str) -> str | None:
    secrets = world.aws("secretsmanager")
    try:
        return str(secrets.get_secret_value(SecretId=name)["SecretString"])
    except secrets.exceptions.ResourceNotFoundException:
        return None

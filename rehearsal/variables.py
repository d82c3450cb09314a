"""What GitLab holds after the rotations: every variable with its flags, and what keeps one from its jobs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Final
from urllib.parse import quote

from components import Access
from components.contract.plan import Flags, OwnerKind, Target, VariableType
from components.docker import auth as docker_auth
from components.docker.auth import DOCKER_AUTH_CONFIG
from components.variables.listed import Level, ListedVariable
from components.variables.shadow_finder import Finding, shadow_findings
from settings import RegistryAccessArgs

from .accesses import access_of
from .json_values import is_list
from .world import World

_PAGE: Final = 100  # the most that GitLab lists at once


@dataclass(frozen=True)
class ShownVariable:
    """A variable as its page in GitLab shows it.

    Attributes:
        registries: what a `DOCKER_AUTH_CONFIG` has an entry for.
        made_up: its owner is not in the stack file.
    """

    name: str
    flags: str
    registries: list[str]
    description: str
    made_up: bool = False


def look(world: World, declaration: RegistryAccessArgs) -> tuple[list[ShownVariable], list[Finding]]:
    """Every variable of the consumers and of projects and groups below them, and what hides a rotated one."""
    targets = list(_targets(declaration))
    owners = _owners(world, declaration, targets)
    rows = [(variable, value) for owner in owners for variable, value in _listed(world, *owner)]
    held = [
        ShownVariable(
            found.name, found.flags, _registries(value), found.description or "", found.owner in world.made_up
        )
        for found, value in rows
    ]
    return held, shadow_findings(targets, [found for found, _ in rows])


def _targets(declaration: RegistryAccessArgs) -> Iterator[Target]:
    for path, consumer in declaration.get("consumers", {}).items():
        flags = Flags(
            variable_type=VariableType(consumer.get("variable_type", "file")),
            masked=True,
            protected=consumer.get("protected", False),
            raw=True,
            hidden=consumer.get("hidden", False),
        )
        kind = OwnerKind(consumer.get("kind", "project"))
        with_variable = consumer.get("pull") and access_of(consumer) is not Access.JOB_SECRET
        for scope in consumer.get("environment_scopes", ["*"]) if with_variable else []:
            yield Target(kind, path, path, DOCKER_AUTH_CONFIG, scope, flags)


def _owners(world: World, declaration: RegistryAccessArgs, targets: list[Target]) -> dict[tuple[Level, str], None]:
    """The consumers, and the projects below the groups with a rotated variable; each once, in order."""
    owners = {
        (Level(consumer.get("kind", "project")), path): None
        for path, consumer in declaration.get("consumers", {}).items()
        if access_of(consumer) is not Access.JOB_SECRET or consumer.get("push")
    }
    for target in targets:
        if target.owner_kind is OwnerKind.GROUP:
            below = _read(world, f"groups/{quote(target.path, safe='')}/projects", "include_subgroups=true")
            owners |= {(Level.PROJECT, row["path_with_namespace"]): None for row in below}
    return owners


def _listed(world: World, level: Level, owner: str) -> Iterator[tuple[ListedVariable, Any]]:
    """In the order of keys and scopes: `up` creates several at the same time, and GitLab lists the oldest first."""
    of_instance = level is Level.INSTANCE
    base = "admin/ci" if of_instance else f"{level.value}s/{quote(owner, safe='')}"
    rows = _read(world, f"{base}/variables")
    for row in sorted(rows, key=lambda row: (row["key"], row.get("environment_scope", "*"))):
        value = row.pop("value")
        yield ListedVariable(level=level, owner="" if of_instance else owner, **row), value


def _read(world: World, path: str, query: str = "") -> list[dict[str, Any]]:
    """Every page of a list."""
    found: list[dict[str, Any]] = []
    for page in count(1):
        status, rows = world.gitlab_api("GET", f"{path}?{query}&per_page={_PAGE}&page={page}", {})
        if not is_list(rows):
            raise TypeError(f"GitLab answered {status} to GET {path}")
        found += rows
        if len(rows) < _PAGE:
            break
    return found


def _registries(value: Any) -> list[str]:
    try:
        document: dict[str, Any] = json.loads(docker_auth.redact(value or ""))
    except ValueError:
        return []
    return sorted(document.get("auths") or {})

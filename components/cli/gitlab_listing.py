"""The surroundings of the targets in GitLab: owners, groups and projects below them, their variables without values."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Final

from ..contract.plan import OwnerKind, Target
from ..rotation.secret import Secret
from ..variables.listed import Level, ListedVariable
from .gitlab_api import GitLabApi, ReadError, quoted

_COLLECTION: Final = {Level.PROJECT: "projects", Level.GROUP: "groups"}
LEVEL: Final = {
    OwnerKind.PROJECT: Level.PROJECT,
    OwnerKind.GROUP: Level.GROUP,
    OwnerKind.INSTANCE: Level.INSTANCE,
}
"""Where the variables of each kind of owner are defined."""


@dataclass
class Listing:
    """What was read from GitLab.

    Attributes:
        targets: the targets whose owners were found, each with the current path of its owner.
        variables: the variables of the owners, and of all groups and projects below them.
        environments: the environment names by project, for projects that a target with a narrower scope reaches.
        unread: a line for each owner that the token cannot read.
    """

    targets: list[Target] = field(default_factory=list[Target])
    variables: list[ListedVariable] = field(default_factory=list[ListedVariable])
    environments: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    unread: list[str] = field(default_factory=list[str])


def listing(gitlab: GitLabApi, targets: Sequence[Target]) -> Listing:
    """Reads everything that the search for shadowing variables needs."""
    found = Listing()
    seen: set[tuple[Level, str]] = set()
    for target in targets:
        level = LEVEL[target.owner_kind]
        try:
            if level is Level.INSTANCE:  # below it is everything, which nobody reads through
                found.targets.append(target)
                _read_once(gitlab, (level, ""), found, seen)
                continue
            owner = gitlab.get(f"{_COLLECTION[level]}/{quoted(target.owner)}")
            path = str(owner.get("path_with_namespace") or owner.get("full_path"))
            owners = [(level, path), *(_below(gitlab, path) if level is Level.GROUP else [])]
        except ReadError as error:
            found.unread.append(f"{target.name}: {error}")
            continue
        found.targets.append(replace(target, path=path))
        for owner in owners:
            _read_once(gitlab, owner, found, seen)
            if target.environment_scope != "*" and owner[0] is Level.PROJECT:
                _read_environments(gitlab, owner[1], found)
    return found


def rows(gitlab: GitLabApi, level: Level, path: str) -> list[tuple[ListedVariable, Secret | None]]:
    """The variables of a project, of a group or of the instance, each with its value; None for a hidden one.

    Raises:
        ReadError: the owner does not exist, the token's role is too low, or the answer lists something else.
    """
    listed_at = variables_of(level, path)
    found = list(gitlab.all(listed_at))
    if not all("key" in row for row in found):
        raise ReadError(listed_at, HTTPStatus.OK, gitlab.host)
    return [
        (_listed(level, path, row), None if row.get("value") is None else Secret(str(row["value"]))) for row in found
    ]


def variables_of(level: Level, path: str) -> str:
    """Where GitLab's API has the variables of a project or group, by path or number, or of the instance."""
    owner = "admin/ci" if level is Level.INSTANCE else f"{_COLLECTION[level]}/{quoted(path)}"
    return f"{owner}/variables"


def _below(gitlab: GitLabApi, group: str) -> list[tuple[Level, str]]:
    own = f"groups/{quoted(group)}"
    groups = [(Level.GROUP, str(row["full_path"])) for row in gitlab.all(f"{own}/descendant_groups")]
    projects = gitlab.all(f"{own}/projects", "include_subgroups=true&archived=false")
    return [*groups, *((Level.PROJECT, str(row["path_with_namespace"])) for row in projects)]


def _read_once(gitlab: GitLabApi, owner: tuple[Level, str], found: Listing, seen: set[tuple[Level, str]]) -> None:
    if owner not in seen:
        seen.add(owner)
        _read(gitlab, owner, found)


def _read(gitlab: GitLabApi, owner: tuple[Level, str], found: Listing) -> None:
    level, path = owner
    try:
        found.variables += [listed for listed, _ in rows(gitlab, level, path)]
    except ReadError as error:
        found.unread.append(f"{level.value} {path}".rstrip() + f": {error}")


def _read_environments(gitlab: GitLabApi, project: str, found: Listing) -> None:
    if project in found.environments:
        return
    try:
        environments = list(gitlab.all(f"projects/{quoted(project)}/environments"))
    except ReadError as error:
        found.unread.append(f"environments of project {project}: {error}")
    else:
        found.environments[project] = [str(row["name"]) for row in environments]


def _listed(level: Level, path: str, row: dict[str, Any]) -> ListedVariable:
    return ListedVariable(
        level=level,
        owner=path,
        key=str(row["key"]),
        environment_scope=str(row.get("environment_scope") or "*"),
        variable_type=str(row.get("variable_type", "env_var")),
        protected=bool(row.get("protected")),
        masked=bool(row.get("masked")),
        hidden=bool(row.get("hidden")),
        raw=bool(row.get("raw")),
        description=row.get("description"),
    )

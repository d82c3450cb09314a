"""Creates the groups and projects in the rehearsal's GitLab: those that a stack file names or assumes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from components.docker.auth import DOCKER_AUTH_CONFIG
from settings import RegistryAccessArgs

from .gitlab.emulator import GitLab

FOREIGN_HOST: Final = "registry.example.com:5000"
"""A registry of others, in each adopted variable before the first `up`."""
FOREIGN_AUTHS: Final = json.dumps({"auths": {FOREIGN_HOST: {"auth": "ZmFrZS11c2VyOmZha2UtcGFzc3dvcmQ="}}})
"""The value of such a variable: a made-up login."""
SHADOWED: Final = "old-service"
"""A project below the first group, with its own `DOCKER_AUTH_CONFIG` as if somebody had set it by hand."""
BOT: Final = "gitlab-ecr-rotator"
"""The user of the rotator's GitLab token."""
ROLES: Final = {"project": 40, "group": 50}
"""The role of that user: Maintainer of a project, Owner of a group. For an instance, the user is its administrator."""
INSTANCE: Final = "instance"
"""The kind, and the name, of a consumer that is the whole instance."""
_GROUP, _PROJECT = "group", "project"


class ContradictionError(ValueError):
    """No GitLab can match the declaration; the message names the two entries that contradict each other."""


@dataclass(frozen=True)
class Namespace:
    """A group or project, by its full path; the id is None where the stack file names none."""

    kind: str
    path: str
    id: int | None


def populate(gitlab: GitLab, declaration: RegistryAccessArgs) -> list[str]:
    """Creates every group and project of the declaration, and variables that somebody would have set by hand.

    Returns:
        The paths that the declaration does not name: they are made up.

    Raises:
        ContradictionError: two groups or two projects have one number.
    """
    named = list(_named(declaration))
    for each in _in_order(named):
        _create(gitlab, each)
    made_up = list(_runners(declaration, named))
    shadowed = list(_shadowed(declaration))[:1]
    for each in (*made_up, *shadowed):
        _create(gitlab, each)
    for each in shadowed:
        gitlab.set_variable(_PROJECT, each.path, DOCKER_AUTH_CONFIG, FOREIGN_AUTHS)
    for path, consumer in declaration.get("consumers", {}).items():
        kind = consumer.get("kind", _PROJECT)
        if kind == INSTANCE:
            gitlab.make_administrator(BOT)
        else:
            gitlab.add_member(BOT, path, ROLES[kind])
        if consumer.get("adopt", False):
            for scope in consumer.get("environment_scopes", ["*"]):
                gitlab.set_variable(kind, path, DOCKER_AUTH_CONFIG, FOREIGN_AUTHS, environment_scope=scope)
    if job := declaration.get("rotation", {}).get("job"):
        gitlab.protect_branch(job["project"], job.get("branch", "main"))
    return [each.path for each in (*made_up, *shadowed)]


def _named(declaration: RegistryAccessArgs) -> Iterator[Namespace]:
    """The groups and projects that the declaration names by path; an id beside it may be that of the parent group."""
    job = declaration.get("rotation", {}).get("job")
    owners: dict[str, Mapping[str, Any]] = {
        **({job["project"]: job} if job else {}),
        **declaration.get("consumers", {}),
    }
    for path, options in owners.items():
        if options.get("kind") == INSTANCE:
            continue
        yield Namespace(options.get("kind", _PROJECT), path, options.get("id"))
        if "namespace_id" in options:
            yield Namespace(_GROUP, path.rpartition("/")[0], options["namespace_id"])


def _in_order(named: list[Namespace]) -> list[Namespace]:
    """Each group and project once, with its id if it is mentioned anywhere; a group comes before its content."""
    found: dict[str, Namespace] = {}
    paths: dict[tuple[str, int], str] = {}
    for each in sorted(named, key=lambda each: each.id is None):
        found.setdefault(each.path.lower(), each)
        if each.id is not None and paths.setdefault((each.kind, each.id), each.path).lower() != each.path.lower():
            raise ContradictionError(
                f"the {each.kind} {each.id} is both {paths[each.kind, each.id]} and {each.path}: GitLab gives a number "
                "once; look at the id and the namespaceId of these two and of what lies in them"
            )
    return sorted(found.values(), key=lambda each: each.path.count("/"))


def _runners(declaration: RegistryAccessArgs, named: Sequence[Namespace]) -> Iterator[Namespace]:
    """The groups and projects of runners, of which only the ids are known."""
    known = {(each.kind, each.id) for each in named}
    taken = {each.path.lower().partition("/")[0] for each in named}
    runners: dict[str, Any] = {**declaration.get("runners", {})}  # a stack file knows its numbers
    for runner in runners.values():
        for kind, number in ((_GROUP, runner.get("group_id")), (_PROJECT, runner.get("project_id"))):
            if number is not None and (kind, number) not in known:
                known.add((kind, number))
                name = f"{kind}-{number}" if kind == _GROUP else "made-up-group"
                while name in taken:
                    name += "-made-up"
                yield Namespace(kind, name if kind == _GROUP else f"{name}/{kind}-{number}", number)


def _shadowed(declaration: RegistryAccessArgs) -> Iterator[Namespace]:
    taken = {path.lower() for path in declaration.get("consumers", {})}
    for path, consumer in declaration.get("consumers", {}).items():
        below = f"{path}/{SHADOWED}"
        if consumer.get("kind", _PROJECT) == _GROUP and below.lower() not in taken:
            yield Namespace(_PROJECT, below, None)


def _create(gitlab: GitLab, each: Namespace) -> None:
    (gitlab.create_group if each.kind == _GROUP else gitlab.create_project)(each.path, each.id)

"""What hides a rotated variable from the jobs it is meant for, each with one way to fix it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..docker.auth import DOCKER_AUTH_CONFIG
from .description import is_ours
from .job_view import scope_matches
from .keys import AWS_ROLE, REGISTRY
from .listed import Level, ListedVariable, is_above
from .targets import OwnerKind, Target, VariableType


@dataclass(frozen=True)
class Finding:
    """Something that is not as declared.

    Attributes:
        target: the rotated variable, as messages call it.
        what: what hides it, in one line.
        fix: what to do, in one line.
    """

    target: str
    what: str
    fix: str


def shadow_findings(
    targets: Sequence[Target],
    variables: Sequence[ListedVariable],
    environments: Mapping[str, Collection[str]] | None = None,
) -> list[Finding]:
    """Finds everything that hides a target or keeps it from pipelines.

    Args:
        targets: the plan's targets, with the current path of each owner.
        variables: the variables, with any key, of the targets' owners and of every project and group below them.
        environments: the names of each project's environments, by its path, where they are known.
    """
    ours = {_coordinates(target) for target in targets}
    findings: list[Finding] = []
    for target in targets:
        for variable in variables:
            if variable.key == target.key and _of(variable) not in ours:
                findings += _shadow(target, variable)
            elif _of(variable) == _coordinates(target) and not is_ours(variable.description):
                findings.append(_unclaimed(target))
        findings += [*_protected(target), *_never_matches(target, environments or {}), *_pushes(target, variables)]
    return findings


def _coordinates(target: Target) -> tuple[str, str, str, str]:
    owner = "" if target.owner_kind is OwnerKind.INSTANCE else target.path.lower()
    return target.owner_kind.value, owner, target.key, target.environment_scope


def _of(variable: ListedVariable) -> tuple[str, str, str, str]:
    return variable.level.value, variable.owner.lower(), variable.key, variable.environment_scope


def _shadow(target: Target, variable: ListedVariable) -> list[Finding]:
    same_owner = _of(variable)[:2] == _coordinates(target)[:2]
    below = not same_owner and _is_above(target, variable.owner)
    if not (same_owner or below) or not _overlap(target.environment_scope, variable.environment_scope):
        return []
    if same_owner and variable.environment_scope == "*":
        return []  # the target's own scope is the more specific one
    when = [] if variable.environment_scope == "*" else [f"in jobs of the environment {variable.environment_scope}"]
    when += ["on protected branches and tags"] if variable.protected else []
    where = f" {' '.join(when)}" if when else ""
    adopt = (
        f"write {variable.owner} as a consumer with adopt: true, or "
        if below
        else f"add {variable.environment_scope} to the consumer's environmentScopes, or "
    )
    # Access keys cannot be adopted, and have a single environment scope.
    fix = f"{adopt if target.key == DOCKER_AUTH_CONFIG else ''}delete {variable.name}"
    return [Finding(target.name, f"{variable.name} hides it{where}", fix)]


def _is_above(target: Target, path: str) -> bool:
    """Whether jobs of a project, or of those in a group, get the target unless something nearer replaces it."""
    return target.owner_kind is OwnerKind.INSTANCE or (
        target.owner_kind is OwnerKind.GROUP and is_above(target.path, path)
    )


def _overlap(one: str, other: str) -> bool:
    return scope_matches(one, other) or scope_matches(other, one)


def _unclaimed(target: Target) -> Finding:
    adopt = "write adopt: true for its consumer, which keeps the entries that others wrote, or "
    return Finding(
        target.name,
        "it exists, and no rotation has written it yet: an `up` that would create it fails with `has already been "
        "taken`",
        f"{adopt if target.key == DOCKER_AUTH_CONFIG else ''}delete it before `up`",
    )


def _protected(target: Target) -> list[Finding]:
    if not target.flags.protected or target.key != DOCKER_AUTH_CONFIG:
        return []
    what = "it is protected, so pipelines of merge requests and unprotected branches cannot see it"
    return [Finding(target.name, what, "remove protected, unless only protected branches and tags should pull")]


def _never_matches(target: Target, environments: Mapping[str, Collection[str]]) -> list[Finding]:
    if target.environment_scope == "*":
        return []
    known = [
        names for path, names in environments.items() if path.lower() == target.path.lower() or _is_above(target, path)
    ]
    if not known or any(scope_matches(target.environment_scope, name) for names in known for name in names):
        return []
    there_are = ", ".join(sorted({name for names in known for name in names})) or "none"
    what = f"no environment is called {target.environment_scope}, so no job sees it; there are: {there_are}"
    return [Finding(target.name, what, "write a scope that one of them matches, or leave environmentScopes out")]


def _pushes(target: Target, variables: Sequence[ListedVariable]) -> list[Finding]:
    if target.flags.variable_type is not VariableType.ENV_VAR or target.key != DOCKER_AUTH_CONFIG:
        return []
    pushing = sorted(
        {
            variable.owner
            for variable in variables
            if variable.level is Level.PROJECT
            and variable.key in (AWS_ROLE, REGISTRY)
            and (variable.owner.lower() == target.path.lower() or _is_above(target, variable.owner))
        }
    )
    if not pushing:
        return []
    what = (
        f"it is an environment variable, and {', '.join(pushing)} may push: Docker CLI 28.3 and later prefers it to "
        f"`docker login`, and would push with a pull-only token"
    )
    return [Finding(target.name, what, "write variableType: file, which the runner reads as well")]

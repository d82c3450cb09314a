"""What a role's policies say: which refs it trusts, and which repositories it may push to or which secrets read.

It understands only what this project writes: `sub` with StringEquals or StringLike, and `*` in resources.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from ...names.wildcards import expression
from .facts import Role

_PUSH: Final = "ecr:PutImage"
_READ: Final = "secretsmanager:GetSecretValue"
_NAME_OF_A_SECRET: Final = re.compile(r":secret:(?P<name>.+?)(?:-\?{6})?$")
_SUBJECT: Final = re.compile(r"project_path:(?P<project>.+):ref_type:(?P<kind>branch|tag):ref:(?P<ref>.+)")
_REPOSITORY: Final = re.compile(r":repository/(?P<name>.+)$")


@dataclass(frozen=True)
class Subject:
    """Jobs that a trust policy accepts: those of a project on a branch or tag. Each part may hold `*`."""

    project: str
    kind: str
    ref: str

    def __str__(self) -> str:
        return f"{self.kind} {self.ref} of {self.project}"


def subjects(role: Role) -> list[Subject] | None:
    """The jobs that the role trusts; None when its trust policy has another form."""
    found: list[Subject] = []
    for statement in _statements(role.trust):
        for test, conditions in _items(statement.get("Condition")):
            if test in ("StringEquals", "StringLike"):
                for key, values in _items(conditions):
                    if str(key).endswith(":sub"):
                        found += [
                            Subject(match["project"], match["kind"], match["ref"])
                            for value in _listed(values)
                            if (match := _SUBJECT.fullmatch(value))
                        ]
    return found or None


def wants_protected(role: Role) -> bool:
    """Whether the role accepts only jobs on protected refs."""
    return any(
        str(key).endswith(":ref_protected") and _listed(values) == ["true"]
        for statement in _statements(role.trust)
        for _, conditions in _items(statement.get("Condition"))
        for key, values in _items(conditions)
    )


def denies_everything(role: Role) -> bool:
    """Whether the role is denied everything, as `revoke --now` does."""
    return any(
        statement.get("Effect") == "Deny"
        and _covers(statement.get("Action"), _PUSH)
        and _listed(statement.get("Resource")) == ["*"]
        for policy in role.policies
        for statement in _statements(policy)
    )


def pushes_to(role: Role) -> list[str]:
    """The repositories that the role may push to, as ARN patterns."""
    return _allowed(role, _PUSH)


def secrets_of(role: Role) -> list[str]:
    """The secrets that the role may read, as patterns of their names."""
    return [match["name"] for resource in _allowed(role, _READ) if (match := _NAME_OF_A_SECRET.search(resource))]


def repository_of(resource: str) -> str:
    """The repository in an ARN pattern, or the pattern itself if it names none."""
    match = _REPOSITORY.search(resource)
    return match["name"] if match else resource


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern with IAM's `*` and `?` matches a text."""
    return re.fullmatch(expression(pattern, one="?"), text) is not None


def _allowed(role: Role, action: str) -> list[str]:
    return [
        resource
        for policy in role.policies
        for statement in _statements(policy)
        if statement.get("Effect") == "Allow" and _covers(statement.get("Action"), action)
        for resource in _listed(statement.get("Resource"))
    ]


def _covers(actions: Any, action: str) -> bool:
    return any(fits(pattern.lower(), action.lower()) for pattern in _listed(actions))


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    statements: Any = document.get("Statement", [])
    return cast("list[dict[str, Any]]", statements if isinstance(statements, list) else [statements])


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    yield from cast("dict[Any, Any]", value).items() if isinstance(value, dict) else ()


def _listed(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(each) for each in cast("list[Any]", value)] if isinstance(value, list) else []

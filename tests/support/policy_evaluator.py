"""How AWS decides, as far as this project's documents go: allow, deny, wildcards, conditions, boundary, both sides.

Source: IAM user guide, "Policy evaluation logic". Left out: service control policies and session policies.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from policy_linter import as_list

Policy = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """Who asks to do what with which resource."""

    principal: str
    """The ARN of a role or user, of an OIDC provider, or a service's name."""
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)
    """Values by condition key; those of a key that has several stand between commas."""


def allowed(
    request: Request,
    identity: Sequence[Policy] = (),
    *,
    resource: Policy | None = None,
    boundary: Policy | None = None,
) -> bool:
    """Whether the request is allowed: within an account by either side, across accounts by both."""
    context = {"aws:PrincipalArn": request.principal, "aws:PrincipalAccount": _account(request.principal)}
    request = Request(request.principal, request.action, request.resource, {**context, **request.context})
    documents = [*identity, *filter(None, (resource, boundary))]
    if any(_says("Deny", document, request) for document in documents):
        return False
    by_identity = any(_says("Allow", document, request) for document in identity)
    by_identity = by_identity and (boundary is None or _says("Allow", boundary, request))
    if resource is None:
        return by_identity
    federated = ":oidc-provider/" in request.principal or not request.principal.startswith("arn:")
    if federated:
        return _says("Allow", resource, request)
    if _account(request.principal) != _account(request.resource):
        return by_identity and _says("Allow", resource, request)
    # The account itself as a principal hands the decision to the identity's own policy.
    return _says("Allow", resource, request, delegates=by_identity) or (
        by_identity and not request.action.startswith("sts:AssumeRole")
    )


def glob(pattern: str, text: str) -> bool:
    """Whether `*` (any characters) and `?` (one character) of the pattern can stand for the text."""
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.compile("".join(parts), re.DOTALL)


@cache  # thousands of requests name the same actions and resources
def _names(actions: tuple[str, ...], action: str) -> bool:
    return _covers(tuple(each.lower() for each in actions), action.lower())


@cache
def _covers(patterns: tuple[str, ...], text: str) -> bool:
    return any(glob(pattern, text) for pattern in patterns)


def _says(effect: str, document: Policy, request: Request, *, delegates: bool = True) -> bool:
    return any(
        statement["Effect"] == effect
        and _names(tuple(as_list(statement["Action"])), request.action)
        and ("Resource" not in statement or _covers(tuple(as_list(statement["Resource"])), request.resource))
        and ("Principal" not in statement or _is_principal(statement["Principal"], request, delegates=delegates))
        and all(
            _holds(operator, key, as_list(values), request.context.get(key))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
        for statement in document["Statement"]
    )


def _is_principal(principal: Any, request: Request, *, delegates: bool) -> bool:
    names = [principal] if principal == "*" else [name for value in principal.values() for name in as_list(value)]
    root = f":iam::{_account(request.principal)}:root"
    return any(name in {"*", request.principal} or (delegates and name.endswith(root)) for name in names)


def _holds(operator: str, key: str, wanted: Sequence[str], got: str | None) -> bool:
    if operator == "StringNotEquals":
        return got not in wanted  # a key that is missing is not equal
    if operator == "ForAllValues:StringEquals":
        return all(value in wanted for value in (got or "").split(",") if value)  # none at all is all of them
    if got is None:
        return False
    match operator:
        case "StringEquals" | "Bool":
            return got in wanted
        case "StringLike":
            return any(glob(pattern, got) for pattern in wanted)
        case "ArnEquals" | "ArnLike":
            return any(_arn_like(pattern, got) for pattern in wanted)
        case _:
            raise AssertionError(f"{operator} {key}: teach the evaluator this operator first")


def _arn_like(pattern: str, arn: str) -> bool:
    parts = list(zip(pattern.split(":", 5), arn.split(":", 5), strict=False))
    return len(parts) == 6 and all(glob(wanted, got) for wanted, got in parts)


def _account(arn: str) -> str:
    return arn.split(":")[4] if arn.startswith("arn:") else ""

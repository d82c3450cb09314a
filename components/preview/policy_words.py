"""Describes a policy document in Markdown: what a reviewer needs to know, without values that could be secret."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from ..iam.actions import PULL_ACTIONS, PUSH_ACTIONS, SIGN_IN_ACTION
from ..names.registry_host import registry_host
from ..names.wildcards import expression
from . import untrusted
from .markdown import code, names

Right = tuple[str, str]
"""`pull` or `push`, and a repository or pattern; prefixed with the host if it is not the stack's own registry."""

_REPOSITORY: Final = re.compile(r"arn:[^:]*:ecr:(?P<region>[^:]*):(?P<account>[^:]*):repository/(?P<name>.+)")
_STATEMENT_KEYS: Final = {"Sid", "Effect", "Action", "Resource", "Principal"}
_SHOWN_KEYS: Final = re.compile(
    r"(?i)aws:(principal(arn|orgid|account)|source(arn|account)|securetransport)|iam:(permissionsboundary|passedtoservice)"
    r"|[\w.:/-]+:(sub|aud|project_id|namespace_id|ref_protected)|kms:viaservice|aws:tagkeys|cloudwatch:namespace"
)
_OPERATORS: Final = {"StringEquals": "is", "StringLike": "is like", "ArnEquals": "is", "ArnLike": "is like"}
_IN_A_WORD: Final = ((frozenset(PUSH_ACTIONS), "pull and push"), (frozenset(PULL_ACTIONS), "pull"))


def statements(policy: Any) -> list[dict[str, Any]] | None:
    """The statements of a policy's JSON; an empty list for no policy, None for an unreadable one."""
    if policy is None or policy == "":
        return []
    try:
        document = untrusted.parse(policy) if isinstance(policy, str) else policy
    except ValueError:
        return None
    found: Any = cast("Mapping[str, Any]", document).get("Statement") if isinstance(document, Mapping) else None
    if isinstance(found, Mapping):
        found = [found]
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in cast("list[Any]", found)):
        return None
    return cast("list[dict[str, Any]]", found)


def image_rights(found: list[dict[str, Any]], names_by_arn: Mapping[str, str], own: str = "") -> frozenset[Right]:
    """What may be pulled and pushed, from the statements without a condition.

    Args:
        found: the policy's statements.
        names_by_arn: repositories whose ARN does not contain their name.
        own: the registry host of the stack; if unknown, repositories of all registries are shown by name only.
    """
    rights = {
        (right, _repository(resource, names_by_arn, own))
        for statement in found
        if is_plain(statement)
        for right, action in (("pull", "ecr:BatchGetImage"), ("push", "ecr:PutImage"))
        if _allows(statement, action)
        for resource in listed(statement.get("Resource"))
    }
    # Pushing implies pulling; listing both would hide what matters.
    return frozenset(right for right in rights if right[0] == "push" or ("push", right[1]) not in rights)


def is_plain(statement: Mapping[str, Any]) -> bool:
    """Whether the statement allows, without a condition or an exception."""
    return statement.get("Effect") == "Allow" and set(statement) <= _STATEMENT_KEYS


def is_image_right(statement: Mapping[str, Any]) -> bool:
    """Whether the statement is only about pulling, pushing and signing in to ECR."""
    return is_plain(statement) and set(listed(statement.get("Action"))) <= {*PUSH_ACTIONS, SIGN_IN_ACTION}


def sentence(statement: Mapping[str, Any]) -> str:
    """One statement as a sentence: who may do what, on which resource, under which condition."""
    parts = [_principal(statement["Principal"])] if "Principal" in statement else []
    parts.append("**may not**" if statement.get("Effect") == "Deny" else "may")
    parts.append(_actions(statement))
    if "NotResource" in statement:
        parts.append(f"on everything **except** {names(listed(statement['NotResource']))}")
    elif "Resource" in statement:
        everything = listed(statement["Resource"]) == ["*"]
        parts.append("on **everything**" if everything else f"on {names(listed(statement['Resource']))}")
    conditions = list(_conditions(statement.get("Condition")))
    return " ".join(parts) + (f", if {' and '.join(conditions)}" if conditions else "")


def listed(value: Any) -> list[str]:
    """One or several texts as a list."""
    items = cast("list[Any]", value) if isinstance(value, list) else [] if value is None else [value]
    return [str(item) for item in items]


def _repository(resource: str, names_by_arn: Mapping[str, str], own: str) -> str:
    match = _REPOSITORY.fullmatch(resource)
    if match is None:
        return names_by_arn.get(resource, resource)
    try:
        host = registry_host(match["account"], match["region"])
    except ValueError:  # a pattern of accounts or regions: more than the stack's own registry
        return resource
    return match["name"] if host == own or not own else f"{host}/{match['name']}"


def _allows(statement: Mapping[str, Any], action: str) -> bool:
    patterns = (expression(given, one="?") for given in listed(statement.get("Action")))
    return any(re.fullmatch(pattern, action, re.IGNORECASE) for pattern in patterns)


def _actions(statement: Mapping[str, Any]) -> str:
    if "NotAction" in statement:
        return f"do everything **except** {names(sorted(listed(statement['NotAction'])))}"
    actions = set(listed(statement.get("Action")))
    if "*" in actions:
        return "do **everything**"
    words = [SIGN_IN_ACTION] if SIGN_IN_ACTION in actions else []
    for known, word in _IN_A_WORD:
        if known <= actions:
            rest = actions - known - set(words)
            return " and ".join([word, *([names(sorted(rest))] if rest else [])])
    if actions == {SIGN_IN_ACTION}:
        return "sign in to ECR"
    return names(sorted(actions))


def _principal(principal: Any) -> str:
    if not isinstance(principal, Mapping):
        return "**anybody**" if principal == "*" else code(str(principal))
    found = [name for value in cast("Mapping[str, Any]", principal).values() for name in listed(value)]
    return "**anybody**" if "*" in found else names(found)


def _conditions(condition: Any) -> Iterator[str]:
    if condition is not None and not isinstance(condition, Mapping):
        yield "(a condition that IAM cannot read)"
        return
    for operator, keys in cast("Mapping[str, Any]", condition or {}).items():
        if not isinstance(keys, Mapping):
            yield f"{code(operator)} (of something that IAM cannot read)"
            continue
        for key, value in cast("Mapping[str, Any]", keys).items():
            word = _OPERATORS.get(operator, code(operator))
            # An external id, a tag or a user name can work like a password.
            shown = names(listed(value)) if _SHOWN_KEYS.fullmatch(key) else "(a value not shown)"
            yield f"{code(key)} {word} {shown}"

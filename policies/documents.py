"""Reads IAM documents: who is named in them, and what they allow.

This folder stands alone: a copy of it is a policy pack. So it imports nothing of this tree.
"""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final, cast

EVERYBODY: Final = "*"
_READ: Final = "secretsmanager:getsecretvalue"


def statements(policy: Any) -> list[dict[str, Any]]:
    """The statements of a policy, which is a text or a mapping; none if the policy is not known yet."""
    try:
        document: Any = json.loads(policy) if isinstance(policy, str) else policy
    except ValueError:
        return []
    found: Any = cast("Mapping[str, Any]", document).get("Statement", []) if isinstance(document, Mapping) else []
    return [found] if isinstance(found, dict) else list(cast("list[dict[str, Any]]", found))


def principals(statement: Mapping[str, Any]) -> list[str]:
    """The principals that a statement names, of every kind."""
    named: Any = statement.get("Principal", {})
    if isinstance(named, str):
        return [named]
    return [name for value in cast("Mapping[str, Any]", named).values() for name in listed(value)]


def allowed_actions(statement: Mapping[str, Any]) -> list[str]:
    """The actions that a statement allows."""
    return listed(statement.get("Action", [])) if statement.get("Effect") == "Allow" else []


def conditions(statement: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Each condition: its operator, its key, its values."""
    for operator, keys in cast("Mapping[str, Mapping[str, Any]]", statement.get("Condition", {})).items():
        for key, values in keys.items():
            yield operator, key, listed(values)


def opens_to_everybody(statement: Mapping[str, Any]) -> bool:
    """Whether a statement allows something to everybody, without a condition that limits it."""
    allows = statement.get("Effect", "Allow") == "Allow"
    return allows and EVERYBODY in principals(statement) and not statement.get("Condition")


def trusts_an_account(statement: Mapping[str, Any]) -> bool:
    """Whether a statement trusts a whole account: `:root` without a condition that limits it."""
    named = any(key.lower() == "aws:principalarn" for _, key, _ in conditions(statement))
    return any(principal.endswith(":root") for principal in principals(statement)) and not named


def reads_secrets(statement: Mapping[str, Any]) -> bool:
    """Whether a statement allows reading the values of secrets."""
    return any(fnmatchcase(_READ, action.lower()) for action in allowed_actions(statement))


def listed(value: Any) -> list[str]:
    """A list of values. IAM writes a single value without a list."""
    return [str(each) for each in cast("list[Any]", value)] if isinstance(value, list) else [str(value)]

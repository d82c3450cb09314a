"""Values as JSON and queries have them, in words that a type checker understands."""

from collections.abc import Mapping
from typing import Any, TypeGuard


def is_mapping(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it is a JSON object; its keys are text."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether it is a JSON array."""
    return isinstance(value, list)


def first_text(parameters: Mapping[str, Any], key: str) -> str:
    """The text of a query's parameter, which is alone or in a list; empty if there is none."""
    value = parameters.get(key)
    return str(value[0] if is_list(value) and value else value or "")

"""Descriptions with the keys that they name spelled as in a stack file."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

_SNAKE: Final = re.compile(r"(?<=`)[a-z]+(?:_[a-z]+)+(?=[`:.\[])")
"""A whole name, as the analyzer's docstrings write it. After a colon, as in `image:pull_policy`, it is GitLab's."""
_KEYS: Final = ("inputProperties", "properties")


def as_in_a_stack_file(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with `mutableTags` in descriptions, where a docstring has `mutable_tags`."""
    return cast("dict[str, Any]", _spelled(schema, {snake(key): key for key in set(_keys(schema))}))


def snake(key: str) -> str:
    """The key as Python spells it."""
    return re.sub(r"(?=[A-Z])", "_", key).lower()


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in cast("Mapping[str, Any]", value).items():
            if name in _KEYS:
                yield from each
            yield from _keys(each)


def _spelled(value: Any, keys: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_spelled(each, keys) for each in cast("list[Any]", value)]
    if not isinstance(value, Mapping):
        return value
    found = {name: _spelled(each, keys) for name, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(text := found.get("description"), str):
        found["description"] = _SNAKE.sub(lambda match: keys.get(match[0], match[0]), text)
    return found

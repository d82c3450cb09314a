"""What a policy's statement adds to the earlier statements: only that is a change of rights."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from .policy_words import listed

Statement = Mapping[str, Any]
_Path = tuple[str, ...]
"""The keys that lead to a list of values in a statement."""
_LISTS: Final = ("Action", "Resource")
_WIDENED_BY_MORE: Final = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")
"""Operators of conditions that any of their values can meet, so that another value widens the right."""


def beyond(statement: Statement, others: Sequence[Statement]) -> Statement | None:
    """The statement without what another one already allows; None when nothing is left.

    Two statements are compared if they differ in only one list: of actions, resources, principals or a condition's
    values.
    """
    left = statement
    for other in others:
        different = _differences(left, other)
        if different == []:
            return None
        if different is None or len(different) > 1 or not _is_a_choice(different[0]):
            continue
        known = dict(_leaves(other))[different[0]]
        rest = [value for value in dict(_leaves(left))[different[0]] if value not in known]
        if not rest:
            return None
        left = _with(left, different[0], rest)
    return left


def _differences(one: Statement, other: Statement) -> list[_Path] | None:
    """The paths at which their values differ, whatever their order; None when they do not have the same keys."""
    ones, others = dict(_leaves(one)), dict(_leaves(other))
    if ones.keys() != others.keys():
        return None
    return [path for path, values in ones.items() if set(values) != set(others[path])]


def _is_a_choice(path: _Path) -> bool:
    """Whether one of the values at this path is enough, so that another one widens the right."""
    if path[0] == "Condition":
        return path[1].rpartition(":")[2] in _WIDENED_BY_MORE
    return path[0] in _LISTS or path[0] == "Principal"


def _leaves(value: Any, path: _Path = ()) -> Iterator[tuple[_Path, list[str]]]:
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            if path or key != "Sid":
                yield from _leaves(item, (*path, key))
    else:
        yield path, listed(value)


def _with(statement: Statement, path: _Path, values: list[str]) -> Statement:
    key, *rest = path
    inner = values if not rest else _with(cast("Statement", statement[key]), tuple(rest), values)
    return {**statement, key: inner}

"""What a policy's statement adds to the earlier statements: only that is a change of rights."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from .policy_words import listed

Statement = Mapping[str, Any]
_Place = tuple[str, ...]
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


def _differences(one: Statement, other: Statement) -> list[_Place] | None:
    """Where their values differ, whatever their order and their `Sid`; None when they are not about the same keys."""
    ones, others = dict(_leaves(one)), dict(_leaves(other))
    if ones.keys() != others.keys():
        return None
    return [place for place, values in ones.items() if set(values) != set(others[place])]


def _is_a_choice(place: _Place) -> bool:
    """Whether the statement is about any of the values there, and not about all at once."""
    if place[0] == "Condition":
        return place[1].rpartition(":")[2] in _WIDENED_BY_MORE
    return place[0] in _LISTS or place[0] == "Principal"


def _leaves(value: Any, place: _Place = ()) -> Iterator[tuple[_Place, list[str]]]:
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            if place or key != "Sid":
                yield from _leaves(item, (*place, key))
    else:
        yield place, listed(value)


def _with(statement: Statement, place: _Place, values: list[str]) -> Statement:
    key, *rest = place
    inner = values if not rest else _with(cast("Statement", statement[key]), tuple(rest), values)
    return {**statement, key: inner}

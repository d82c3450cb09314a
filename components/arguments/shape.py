"""Reads a TypedDict of arguments: its keys and their types, and the words for these types."""

import difflib
import types
import typing
from collections.abc import Awaitable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, Final, TypeVar

import pulumi


@dataclass(frozen=True)
class Field:
    """One key of a TypedDict.

    Attributes:
        type: the type in a stack file: `T` for `Input[T]`, `Output[T]` and `T | None`.
        required: whether the key is required.
        is_input: whether the value may come from another resource.
    """

    type: Any
    required: bool
    is_input: bool

    @property
    def is_number_of_gitlab(self) -> bool:
        """Whether it is a `GitLabNumber`: the only input whose type Pulumi's analyzer cannot read."""
        return self.is_input and self.type is Any


@cache
def fields(expected: Any) -> Mapping[str, Field]:
    """The keys of a TypedDict, in its order."""
    # pulumi.Input[T] names Output by a forward reference that only pulumi.output can resolve.
    hints = typing.get_type_hints(expected, localns={"Output": pulumi.Output, "T": TypeVar("T")})
    return {key: field(hint, required=key in expected.__required_keys__) for key, hint in hints.items()}


@cache
def field(hint: Any, *, required: bool = True) -> Field:
    """The field for a type hint."""
    members = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    is_input = any(typing.get_origin(member) is pulumi.Output for member in members)
    plain = next(
        member
        for member in members
        if member is not types.NoneType and typing.get_origin(member) not in (Awaitable, pulumi.Output)
    )
    return Field(plain, required, is_input)


def is_list(expected: Any) -> bool:
    """Whether a type is a list."""
    return typing.get_origin(expected) is list


def is_dict(expected: Any) -> bool:
    """Whether a type is a mapping whose keys the user chooses."""
    return typing.get_origin(expected) in (dict, Mapping)


def is_arguments(expected: Any) -> bool:
    """Whether a type is a TypedDict."""
    return typing.is_typeddict(expected)


def is_enum(expected: Any) -> bool:
    """Whether a type is an Enum."""
    return isinstance(expected, type) and issubclass(expected, Enum)


def inner(expected: Any) -> Field:
    """The field of a list's items, or of a mapping's values."""
    return field(typing.get_args(expected)[-1])


def holds(expected: Any, value: Any) -> bool:
    """Whether a plain value has a plain type. A bool is not a number here; an Enum accepts its members' values."""
    if is_enum(expected):
        return isinstance(value, expected) or value in [member.value for member in expected]
    if expected is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return expected is Any or type(value) is expected


def closest(key: str, known: Collection[str]) -> str:
    """Advice on an unknown key: the similar known key, or all known keys."""
    folded = {name.lower().replace("_", ""): name for name in known}
    close = difflib.get_close_matches(key.lower().replace("_", "").replace("-", ""), folded, n=1)
    return f"did you mean {folded[close[0]]}?" if close else f"known keys are {', '.join(sorted(known))}"


WORDS: Final[Mapping[Any, str]] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}
"""The words for types in messages."""

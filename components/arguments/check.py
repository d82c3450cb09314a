"""Refuses arguments that do not match the component's TypedDict, before they are used.

A type checker finds the same mistakes; this is for programs without one, and names the argument.
"""

import asyncio
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, cast

import pulumi

from ..names.locations import Mistakes
from ..names.secrecy import may_hold_secrets
from ..names.spelling import Path, shown
from .numbers import whole
from .shape import WORDS, Field, closest, fields, holds, inner, is_arguments, is_dict, is_enum, is_list

_CHECKED: Final = ContextVar("checked", default=False)


def check(expected: Any, given: Any, meaning: Callable[[Any], Mistakes]) -> None:
    """Every component calls this first. It shows warnings, then refuses wrong arguments before anything is made.

    Raises:
        MistakesError: the arguments have mistakes; it holds all of them.
    """
    if _CHECKED.get():
        return
    check_arguments(expected, given)
    found = meaning(given)
    for warning in found.warnings:
        pulumi.log.warn(str(warning))
    found.refuse()


@contextmanager
def checked() -> Generator[None]:
    """Within the block, components skip their checks: the component around them has already checked everything."""
    before = _CHECKED.set(True)
    try:
        yield
    finally:
        _CHECKED.reset(before)


def check_arguments(expected: Any, given: Any) -> None:
    """Refuses arguments that are unknown, missing, or of a wrong type.

    Raises:
        MistakesError: there are some. For each it says where, what was found, and what to write.
    """
    mistakes = Mistakes()
    _arguments(expected, given, (), mistakes)
    mistakes.refuse()


def _arguments(expected: Any, given: Any, path: Path, mistakes: Mistakes) -> None:
    if not isinstance(given, Mapping):
        mistakes.add(*path, text=f"got {_kind(given)}; write a dict of {expected.__name__}")
        return
    values, known = cast("Mapping[Any, Any]", given), fields(expected)
    for key in values.keys() - known.keys():
        mistakes.add(*path, str(key), text=f"no such argument; {closest(str(key), known.keys())}")
    for key, field in known.items():
        if key in values:
            _value(field, values[key], (*path, key), mistakes)
        elif field.required:
            mistakes.add(*path, key, text=f"missing; write {wanted(field.type)}")


def _value(field: Field, value: Any, path: Path, mistakes: Mistakes) -> None:
    expected = field.type
    if isinstance(value, pulumi.Output) or asyncio.isfuture(value) or asyncio.iscoroutine(value):
        if not field.is_input and expected is not Any:
            mistakes.add(*path, text=f"got an output of a resource; write {wanted(expected)} as a plain value")
    elif field.is_number_of_gitlab:
        with mistakes.at(*path):
            whole(value)
    elif is_arguments(expected):
        _arguments(expected, value, path, mistakes)
    elif is_dict(expected) and isinstance(value, Mapping):
        for key, item in cast("Mapping[Any, Any]", value).items():
            _value(inner(expected), item, (*path, str(key)), mistakes)
    elif is_list(expected) and isinstance(value, list | tuple):
        for position, item in enumerate(cast("list[Any]", value)):
            _value(inner(expected), item, (*path, position), mistakes)
    elif not holds(expected, value):
        may_show = not is_dict(expected) and not may_hold_secrets(path) and isinstance(value, str | int | float)
        found = shown(value) if may_show else _kind(value)
        mistakes.add(*path, text=f"got {found}; write {wanted(expected)}")


def wanted(expected: Any) -> str:
    """What to write in Python."""
    if is_enum(expected):
        return f"one of {', '.join(str(member.value) for member in expected)}"
    if is_arguments(expected):
        return f"a dict of {expected.__name__}"
    if is_list(expected):
        return f"a list of {WORDS.get(inner(expected).type, 'values')}"
    return "a dict" if is_dict(expected) else WORDS.get(expected, "another value")


def _kind(value: Any) -> str:
    """What was given, without anything that may be secret."""
    return "nothing" if value is None else f"a value of type {type(value).__name__}"

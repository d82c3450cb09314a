"""Decodes JSON values into frozen dataclasses, strictly: every key known, none missing, every type right."""

import dataclasses
import functools
import types
import typing
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

_T = TypeVar("_T")
_Read = Callable[[Any], Any]


def decode(expected: type[_T], value: Any, where: str, *, ignore_unknown: bool = False) -> _T:
    """Converts `value`, as `json.loads` returns it, into the dataclass `expected`.

    Fields may be str, int, bool, an Enum, another dataclass, `tuple[T, ...]`, `dict[str, T]` and `T | None`.

    Raises:
        ValueError: a key is wrong. The message names it, what was found, and what was expected.
    """
    try:
        return typing.cast("_T", _dataclass(expected, ignore_unknown=ignore_unknown)(value))
    except _WrongError as wrong:
        raise ValueError(f"{where}{''.join(reversed(wrong.steps))}: {wrong}") from None


class _WrongError(Exception):
    """A value of another shape; each level that it passes adds its own step, so that right values cost no text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.steps: list[str] = []


@functools.cache  # a plan holds the same few classes thousands of times
def _reader(expected: Any) -> _Read:
    if dataclasses.is_dataclass(expected):
        return _dataclass(typing.cast("type[Any]", expected))
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin is types.UnionType:
        read = _reader(arguments[0])
        return lambda value: None if value is None else read(value)
    if origin is tuple:
        return _tuple(_reader(arguments[0]))
    if origin is dict:
        return _dict(_reader(arguments[1]))
    return _enum(expected) if issubclass(expected, Enum) else functools.partial(_of_type, expected)


def _dataclass(expected: type[Any], *, ignore_unknown: bool = False) -> _Read:
    readers = {key: _reader(hint) for key, hint in typing.get_type_hints(expected).items()}

    def read_fields(value: Any) -> Any:
        entries = typing.cast("dict[str, Any]", _of_type(dict, value))
        if entries.keys() != readers.keys():
            unknown = sorted(entries.keys() - readers.keys())
            if unknown and not ignore_unknown:
                raise _WrongError(f"unknown key {unknown[0]!r}; known are {sorted(readers)}")
            if missing := sorted(readers.keys() - entries.keys()):
                raise _WrongError(f"{missing[0]!r} is missing")
        return expected(**{key: _at(key, read, entries[key]) for key, read in readers.items()})

    return read_fields


def _tuple(read: _Read) -> _Read:
    def read_all(value: Any) -> Any:
        items = typing.cast("list[Any]", _of_type(list, value))
        return tuple(_at(index, read, item) for index, item in enumerate(items))

    return read_all


def _dict(read: _Read) -> _Read:
    def read_all(value: Any) -> Any:
        entries = typing.cast("dict[str, Any]", _of_type(dict, value))
        return {key: _at(key, read, item) for key, item in entries.items()}

    return read_all


def _enum(expected: type[Enum]) -> _Read:
    def read(value: Any) -> Any:
        try:
            return expected(value)
        except ValueError:
            values = [item.value for item in expected]
            raise _WrongError(f"got {value!r}; write one of {values}") from None

    return read


def _at(step: str | int, read: _Read, value: Any) -> Any:
    try:
        return read(value)
    except _WrongError as wrong:
        wrong.steps.append(f".{step}" if isinstance(step, str) else f"[{step}]")
        raise


def _of_type(expected: type[Any], value: Any) -> Any:
    # bool is a subclass of int: `true` is not a number here.
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise _WrongError(f"got {value!r}; write a {expected.__name__}")
    return typing.cast("Any", value)

"""Decodes JSON values into frozen dataclasses, strictly: every key known, none missing, every type right."""

import dataclasses
import functools
import types
import typing
from enum import Enum
from typing import Any, TypeVar

_T = TypeVar("_T")


def decode(expected: type[_T], value: Any, where: str, *, ignore_unknown: bool = False) -> _T:
    """Converts `value`, as `json.loads` returns it, into the dataclass `expected`.

    Fields may be str, int, bool, an Enum, another dataclass, `tuple[T, ...]`, `dict[str, T]` and `T | None`.

    Raises:
        ValueError: names the key below `where`, what was found, and what was expected.
    """
    return typing.cast("_T", _dataclass(expected, value, where, ignore_unknown=ignore_unknown))


def _dataclass(expected: type[Any], value: Any, where: str, *, ignore_unknown: bool = False) -> Any:
    entries = typing.cast("dict[str, Any]", _of_type(dict, value, where))
    hints = _hints(expected)
    unknown = sorted(entries.keys() - hints.keys())
    if unknown and not ignore_unknown:
        raise ValueError(f"{where}: unknown key {unknown[0]!r}; known are {sorted(hints)}")
    if missing := sorted(hints.keys() - entries.keys()):
        raise ValueError(f"{where}: {missing[0]!r} is missing")
    return expected(**{key: _any(hint, entries[key], f"{where}.{key}") for key, hint in hints.items()})


@functools.cache  # a plan holds the same few classes thousands of times
def _hints(expected: type[Any]) -> dict[str, Any]:
    return typing.get_type_hints(expected)


def _any(expected: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(expected):
        return _dataclass(typing.cast("type[Any]", expected), value, where)
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin is types.UnionType:
        return None if value is None else _any(arguments[0], value, where)
    if origin is tuple:
        items = typing.cast("list[Any]", _of_type(list, value, where))
        return tuple(_any(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(items))
    if origin is dict:
        entries = typing.cast("dict[str, Any]", _of_type(dict, value, where))
        return {key: _any(arguments[1], item, f"{where}.{key}") for key, item in entries.items()}
    if issubclass(expected, Enum):
        try:
            return expected(value)
        except ValueError:
            raise ValueError(f"{where}: got {value!r}; write one of {[item.value for item in expected]}") from None
    return _of_type(expected, value, where)


def _of_type(expected: type[Any], value: Any, where: str) -> Any:
    # bool is a subclass of int: `true` is not a number here.
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise ValueError(f"{where}: got {value!r}; write a {expected.__name__}")
    return typing.cast("Any", value)

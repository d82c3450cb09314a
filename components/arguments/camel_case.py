"""Arguments as stack files and other languages spell them: in camelCase. Names that the user chose stay as they are."""

from functools import cache
from typing import Any

from ..names.spelling import Path, Spelling, camel, dotted
from .shape import Field, fields, inner, is_arguments, is_dict, is_list


class Written(str):
    """A key that is not an argument. Messages spell it as the user did."""

    __slots__ = ()


def camel_path(path: Path, root: Any) -> Path:
    """The camelCase keys that lead to an argument. `root` is the TypedDict of the component's arguments."""
    keys, expected = list[str | int](), root
    for key in path:
        known = isinstance(key, str) and not isinstance(key, Written)
        keys.append(camel(str(key)) if known and is_arguments(expected) and key in fields(expected) else key)
        expected = _below(expected, key)
    return tuple(keys)


def in_camel_case(root: Any) -> Spelling:
    """The spelling for a program that writes the arguments of `root` in camelCase."""
    known = names(root)
    return Spelling(
        path=lambda path: dotted(camel_path(path, root)), key=lambda word: camel(word) if word in known else word
    )


@cache
def names(expected: Any) -> frozenset[str]:
    """The names of all arguments below these."""
    if is_arguments(expected):
        below = [names(field.type) for field in fields(expected).values()]
        return frozenset(fields(expected)).union(*below)
    return names(inner(expected).type) if is_dict(expected) or is_list(expected) else frozenset()


def _below(expected: Any, key: str | int) -> Any:
    if is_arguments(expected):
        found: Field | None = fields(expected).get(str(key))
        return found.type if found else None
    return inner(expected).type if is_dict(expected) or is_list(expected) else None

"""How a stack file spells the arguments: camelCase, below `gitlab-ecr:`; names that the user chose stay as they are."""

import re
from functools import cache
from typing import Any, Final

from components.arguments.shape import Field, fields, inner, is_arguments, is_dict, is_list
from components.names.spelling import Path, Spelling, dotted

from .text import PROJECT

_ELSEWHERE: Final = {"region": "aws:region", "stack": "the file's name"}


def camel(snake: str) -> str:
    """An argument as a stack file's key."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), snake)


class Written(str):
    """A key that is no argument: it is told as the file has it."""

    __slots__ = ()


def file_path(path: Path, root: Any) -> Path:
    """The keys of the file that lead to an argument of `root`, the arguments that the file declares."""
    if not path:
        return ()
    first = str(path[0])
    own = first if isinstance(path[0], Written) else camel(first)
    keys: list[str | int] = [_ELSEWHERE.get(first) or f"{PROJECT}:{own}"]
    expected = _field(root, first)
    for key in path[1:]:
        known = isinstance(key, str) and not isinstance(key, Written)
        keys.append(camel(str(key)) if known and is_arguments(expected) and key in fields(expected) else key)
        expected = _below(expected, key)
    return tuple(keys)


def of_file(root: Any) -> Spelling:
    """The spelling of a program whose arguments come from a stack file."""
    known = _names(root)
    return Spelling(
        path=lambda path: dotted(file_path(path, root)), key=lambda word: camel(word) if word in known else word
    )


@cache
def _names(expected: Any) -> frozenset[str]:
    """The names of all arguments below these."""
    if is_arguments(expected):
        below = [_names(field.type) for field in fields(expected).values()]
        return frozenset(fields(expected)).union(*below)
    return _names(inner(expected).type) if is_dict(expected) or is_list(expected) else frozenset()


def _below(expected: Any, key: str | int) -> Any:
    if is_arguments(expected):
        return _field(expected, str(key))
    return inner(expected).type if is_dict(expected) or is_list(expected) else None


def _field(expected: Any, key: str) -> Any:
    found: Field | None = fields(expected).get(key)
    return found.type if found else None

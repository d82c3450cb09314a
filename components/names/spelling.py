"""How messages spell a path in a declaration: in Python with the arguments' names, in a stack file with its keys."""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, cast

from .secrecy import without_tokens

Path = tuple[str | int, ...]
"""The way from a component's arguments to a value: argument names in snake_case, names that the user chose, indexes."""

_WORD: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\b[a-z]+(?:_[a-z]+)+\b")
"""Finds argument names of several words in a message. Found values are in quotes, and are skipped."""
_LONGEST: Final = 60


def camel(snake: str) -> str:
    """An argument as a key in camelCase."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), snake)


def dotted(path: Path) -> str:
    """The path as one text, such as `consumers.acme/web.pull[0]`."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


@dataclass(frozen=True)
class Spelling:
    """How the caller spells arguments.

    Attributes:
        path: spells the path of an argument.
        key: spells an argument's name in advice.
    """

    path: Callable[[Path], str] = dotted
    key: Callable[[str], str] = str


_SPELLING: Final = ContextVar("spelling", default=Spelling())  # noqa: B039 - it is frozen


@contextmanager
def spelled_as(spelling: Spelling) -> Generator[None]:
    """Within the block, all messages spell arguments as this caller does."""
    before = _SPELLING.set(spelling)
    try:
        yield
    finally:
        _SPELLING.reset(before)


def message(path: Path, text: str) -> str:
    """A message about an argument. Arguments that `text` names are spelled as the caller spells them."""
    spelling = _SPELLING.get()
    words = _respelled(text, spelling.key)
    where = spelling.path(path)
    return f"{where}: {words}" if where else words


def in_stack_file(text: str) -> str:
    """The text of a message, with the arguments that it names as keys of a stack file."""
    return _respelled(text, camel)


def _respelled(text: str, key: Callable[[str], str]) -> str:
    return _WORD.sub(lambda match: match[0] if match[0][0] in "'\"" else key(match[0]), text)


def shown(value: Any) -> str:
    """A found value as a stack file would hold it, without tokens, and cut if it is long."""
    text = without_tokens(_flow(value))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _flow(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        entries = cast("dict[Any, Any]", value).items()
        return f"{{{', '.join(f'{key}: {_flow(item)}' for key, item in entries)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, cast('list[Any]', value)))}]"
    return repr(value)

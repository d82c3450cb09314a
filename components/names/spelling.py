"""How a place in a declaration is written: in Python by the arguments' own names, in a stack file by its keys."""

import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final, cast

Path = tuple[str | int, ...]
"""From the arguments down: names of arguments as Python writes them, names that the user chose, positions in lists."""

_WORD: Final = re.compile(r"'[^']*'|\"[^\"]*\"|\b[a-z]+(?:_[a-z]+)+\b")
"""What was found stands in quotes and stays as it is; a name of several words may be that of an argument."""
_LONGEST: Final = 60


def dotted(path: Path) -> str:
    """The path in one word: `consumers.acme/web.pull[0]`."""
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


@dataclass(frozen=True)
class Spelling:
    """How the caller writes arguments.

    Attributes:
        path: writes a place.
        key: writes an argument's name where a message advises one.
    """

    path: Callable[[Path], str] = dotted
    key: Callable[[str], str] = str


_SPELLING: Final = ContextVar("spelling", default=Spelling())  # noqa: B039 - it is frozen


@contextmanager
def spelled_as(spelling: Spelling) -> Generator[None]:
    """Writes the places of all messages as this caller does."""
    before = _SPELLING.set(spelling)
    try:
        yield
    finally:
        _SPELLING.reset(before)


def message(path: Path, text: str) -> str:
    """A message on a place; arguments that `text` names are written as the caller writes them."""
    spelling = _SPELLING.get()
    words = _WORD.sub(lambda match: match[0] if match[0][0] in "'\"" else spelling.key(match[0]), text)
    place = spelling.path(path)
    return f"{place}: {words}" if place else words


def shown(value: Any) -> str:
    """What was found, as a stack file may hold it; cut where it is long."""
    text = _flow(value)
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

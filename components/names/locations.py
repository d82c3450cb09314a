"""Collects all mistakes in a declaration, each with its key."""

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, TypeVar

from .spelling import Path, message

_FIELD: Final = re.compile(r"(?P<path>[A-Za-z_]\w*(?:\.\w+|\[\d+\])*): (?P<text>.*)", re.DOTALL)
_STEP: Final = re.compile(r"\w+")
_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong.

    Attributes:
        path: the key, from the outermost one.
        text: what was found and what to write.
        because: another key that it depends on; if that one is wrong, this one may be right.
    """

    path: Path
    text: str
    because: Path | None = None

    def __str__(self) -> str:
        """One line, with the key as the caller spells it."""
        return message(self.path, self.text)

    def below(self, path: Path, renamed: Mapping[str, str]) -> "Mistake":
        """The same mistake below another path."""
        own = self.path
        if own and own[0] in renamed:
            other = renamed[str(own[0])]
            own = (*((other,) if other else ()), *own[1:])
        return Mistake((*path, *own), self.text, self.because)


class MistakesError(ValueError):
    """All mistakes, one per line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__(self.mistakes)

    def __str__(self) -> str:
        """The lines."""
        return "\n".join(map(str, self.mistakes))


class Mistakes:
    """Collects mistakes, so that all of them are reported at once.

    Attributes:
        found: the mistakes, which stop the program.
        warnings: what works but may surprise.
    """

    def __init__(self) -> None:
        self.found: list[Mistake] = []
        self.warnings: list[Mistake] = []

    def add(self, *path: str | int, text: str, because: Path | None = None) -> None:
        """Adds a mistake."""
        self.found.append(Mistake(path, text, because))

    def warn(self, *path: str | int, text: str) -> None:
        """Adds a warning."""
        self.warnings.append(Mistake(path, text))

    def take(self, other: "Mistakes", *path: str | int, renamed: Mapping[str, str] | None = None) -> None:
        """Adds everything that another collection found, below this path; `renamed` as for `at`."""
        self.found += [mistake.below(path, renamed or {}) for mistake in other.found]
        self.warnings += [warning.below(path, renamed or {}) for warning in other.warnings]

    def at(self, *path: str | int, renamed: Mapping[str, str] | None = None) -> "_Block":
        """Adds the mistakes that the block raises, below this path, and continues after it.

        `renamed` maps the arguments of the called function to keys of the declaration; an empty key is the path itself.
        """
        return _Block(self, path, renamed or {})

    def refuse(self) -> None:
        """Raises all mistakes, if there are any.

        Raises:
            MistakesError: there are some.
        """
        if self.found:
            raise MistakesError(self.found)


class _Block:
    """What `Mistakes.at` makes; a large stack enters thousands, and a generator would take three times as long."""

    __slots__ = ("_mistakes", "_path", "_renamed")

    def __init__(self, mistakes: Mistakes, path: Path, renamed: Mapping[str, str]) -> None:
        self._mistakes, self._path, self._renamed = mistakes, path, renamed

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, ValueError):
            return False
        self._mistakes.found += [each.below(self._path, self._renamed) for each in mistakes_of(error)]
        return True


def mistakes_of(error: ValueError) -> list[Mistake]:
    """The mistakes in an error; the message of a document's error starts with the field and a colon."""
    if isinstance(error, MistakesError):
        return error.mistakes
    text = str(error)
    match = _FIELD.fullmatch(text)
    if match is None:
        return [Mistake((), text)]
    steps = (int(step) if step.isdigit() else step for step in _STEP.findall(match["path"]))
    return [Mistake(tuple(steps), match["text"])]


@contextmanager
def errors_under(*path: str | int, renamed: Mapping[str, str] | None = None) -> Generator[None]:
    """Puts a path before the field that each `ValueError` of the block starts with.

    Raises:
        MistakesError: the block's errors, each with its key.
    """
    mistakes = Mistakes()
    with mistakes.at(*path, renamed=renamed):
        yield
    mistakes.refuse()


def each(field: str, items: Iterable[_Item], check: Callable[[_Item], _Found]) -> list[_Found]:
    """The result of `check` for each item of a list.

    A text has no keys, so the field that its error starts with means the list itself.

    Raises:
        MistakesError: all mistakes, each with its position.
    """
    mistakes, found = Mistakes(), list[Any]()
    for position, item in enumerate(items):
        try:
            found.append(check(item))
        except ValueError as error:
            inside = not isinstance(item, str)
            mistakes.found += [
                Mistake((field, position, *(mistake.path if inside else ())), mistake.text)
                for mistake in mistakes_of(error)
            ]
    mistakes.refuse()
    return found

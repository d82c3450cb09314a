"""Where in a declaration an error belongs, and all errors at once."""

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
        path: its place.
        text: what was found and what to write.
        because: another place that it depends on: where that one is wrong, this one may be right.
    """

    path: Path
    text: str
    because: Path | None = None

    def __str__(self) -> str:
        """As the caller spells it."""
        return message(self.path, self.text)

    def below(self, path: Path, renamed: Mapping[str, str]) -> "Mistake":
        """The same mistake, seen from further up."""
        own = self.path
        if own and own[0] in renamed:
            other = renamed[str(own[0])]
            own = (*((other,) if other else ()), *own[1:])
        return Mistake((*path, *own), self.text, self.because)


class MistakesError(ValueError):
    """Everything that is wrong, a line each."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__(self.mistakes)

    def __str__(self) -> str:
        """The lines."""
        return "\n".join(map(str, self.mistakes))


class Mistakes:
    """Collects what is wrong, so that all of it is told at once.

    Attributes:
        found: what stops a program.
        warnings: what works, and may still surprise.
    """

    def __init__(self) -> None:
        self.found: list[Mistake] = []
        self.warnings: list[Mistake] = []

    def add(self, *path: str | int, text: str, because: Path | None = None) -> None:
        """Notes one."""
        self.found.append(Mistake(path, text, because))

    def warn(self, *path: str | int, text: str) -> None:
        """Notes what is no mistake and should be known."""
        self.warnings.append(Mistake(path, text))

    def take(self, other: "Mistakes", *path: str | int, renamed: Mapping[str, str] | None = None) -> None:
        """Takes over what was found below this place; `renamed` as for `at`."""
        self.found += [mistake.below(path, renamed or {}) for mistake in other.found]
        self.warnings += [warning.below(path, renamed or {}) for warning in other.warnings]

    @contextmanager
    def at(self, *path: str | int, renamed: Mapping[str, str] | None = None) -> Generator[None]:
        """Notes what the block finds wrong, below this place, and goes on after it.

        `renamed` has the names that the place has for arguments of what is called; an empty one is the place itself.
        """
        try:
            yield
        except ValueError as error:
            self.found += [mistake.below(path, renamed or {}) for mistake in mistakes_of(error)]

    def refuse(self) -> None:
        """Ends it, when something was found.

        Raises:
            MistakesError: all of it.
        """
        if self.found:
            raise MistakesError(self.found)


def mistakes_of(error: ValueError) -> list[Mistake]:
    """What an error says is wrong; a document's own starts with the field and a colon."""
    if isinstance(error, MistakesError):
        return error.mistakes
    text = str(error)
    match = _FIELD.fullmatch(text)
    if match is None:
        return [Mistake((), text)]
    steps = (int(step) if step.isdigit() else step for step in _STEP.findall(match["path"]))
    return [Mistake(tuple(steps), match["text"])]


@contextmanager
def place(*path: str | int, renamed: Mapping[str, str] | None = None) -> Generator[None]:
    """Puts the place in the declaration before the field that an error of a document starts with.

    Raises:
        MistakesError: the block's errors, each at its place.
    """
    mistakes = Mistakes()
    with mistakes.at(*path, renamed=renamed):
        yield
    mistakes.refuse()


def each(field: str, items: Iterable[_Item], check: Callable[[_Item], _Found]) -> list[_Found]:
    """What `check` makes of each item of a list.

    A text has nothing inside, so the field that its error starts with is the list itself.

    Raises:
        MistakesError: what is wrong with all of them, each at its position.
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

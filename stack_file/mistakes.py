"""Mistakes in the stack file, spelled as in the file; mistakes of shape and of meaning in one error."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import pulumi

from components.names.locations import Mistake, mistakes_of
from components.names.spelling import Path, message, spelled_as

from .spelling import file_path, of_file


@dataclass(frozen=True)
class FileMistake:
    """A mistake in the stack file, or something to warn about.

    Attributes:
        path: the keys that lead to it, as the file spells them.
        message: the whole line, which begins with the path.
    """

    path: Path
    message: str


class SettingsError(pulumi.RunError):
    """The stack file is wrong. The message has a line for each mistake: the key, what it holds, what to write."""

    def __init__(self, mistakes: Iterable[FileMistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(["the stack file is wrong:", *(f"  {each.message}" for each in self.mistakes)]))


@contextmanager
def in_file_spelling(root: Any, below: Path = ()) -> Generator[None]:
    """Within the block, messages of components spell keys as the stack file does.

    Args:
        root: the arguments that the file declares.
        below: the path in the file of the component's own arguments. Account and region are above it.

    Raises:
        SettingsError: a component found a mistake. It replaces the component's error.
    """

    def whole(path: Path) -> Path:
        return path if path[:1] in (("account",), ("region",)) else (*below, *path)

    def spelled(path: Path) -> str:
        return own.path(whole(path))

    own = of_file(root)
    with spelled_as(replace(own, path=spelled)):
        try:
            yield
        except ValueError as error:
            raise settings_error((replace(each, path=whole(each.path)) for each in mistakes_of(error)), root) from None


def settings_error(mistakes: Iterable[Mistake], root: Any) -> SettingsError:
    """The error for these mistakes, with the paths in the file."""
    with spelled_as(of_file(root)):
        return SettingsError(
            FileMistake(file_path(each.path, root), message(each.path, each.text)) for each in mistakes
        )


def combined(shape: list[Mistake], meaning: list[Mistake], found: Mapping[str, Any]) -> list[Mistake]:
    """Both kinds of mistakes, without those of meaning that only follow from one of shape.

    Args:
        shape: unknown, missing and mistyped keys.
        meaning: what is wrong with the rest.
        found: the values that were read.
    """
    return shape + [each for each in meaning if not any(_explains(wrong, each, found) for wrong in shape)]


def _explains(wrong: Mistake, other: Mistake, found: Mapping[str, Any]) -> bool:
    if other.because and other.because[: len(wrong.path)] == wrong.path:
        return True
    return _along(wrong.path, other.path) or any(
        path[:-1] == wrong.path[:-1] and not _there(path, found) for path in (other.path, other.because) if path
    )


def _along(one: Path, other: Path) -> bool:
    """Whether one of two paths is above the other, or both are the same."""
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _there(path: Path, found: Any) -> bool:
    for key in path:
        if isinstance(found, Mapping):
            entries = cast("Mapping[Any, Any]", found)
            if key not in entries:
                return False
            found = entries[key]
        elif isinstance(found, list) and isinstance(key, int):
            items = cast("list[Any]", found)
            if key >= len(items):
                return False
            found = items[key]
        else:
            return False
    return True

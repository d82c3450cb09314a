"""The pull matrix for a person: one row for each puller, with what it pulled and what it was refused.

Names stay whole. A folder whose images all have one outcome is written once, and rows that say the same stand together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rich.table import Table
from rich.text import Text

from .pulls import Pull

_FEW: Final = 3  # so many images of a folder are still written out
_MOST_ROWS: Final = 60
_WRONG: Final = "(declared"
_NAMES: Final = 0.45
"""Of the width, at most, the names of those who pull."""


@dataclass(frozen=True)
class Row:
    """Pullers with the same outcome, and what it was: images by their labels."""

    pullers: tuple[str, ...]
    pulled: tuple[str, ...]
    refused: tuple[str, ...]


def rows(pulls: Sequence[Pull]) -> list[Row]:
    """The matrix, in the order in which the pullers came; those with one outcome in one row."""
    by_outcome: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for puller in dict.fromkeys(cell.consumer for cell in pulls):
        cells = [cell for cell in pulls if cell.consumer == puller]
        # Of several clients the last counts, one whose answer is not as declared if there is one.
        by_label = {cell.repository: cell for cell in sorted(cells, key=lambda cell: not cell.as_declared)}
        pulled, refused = (_outcome(by_label, actual) for actual in ("allowed", "denied"))
        by_outcome.setdefault((pulled, (*refused, *_wrong(by_label, "failed"))), []).append(puller)
    return [Row(tuple(pullers), *outcome) for outcome, pullers in by_outcome.items()]


def _outcome(cells: Mapping[str, Pull], actual: str) -> tuple[str, ...]:
    """The labels of one outcome; those that are not as declared say so, at the end."""
    right = sorted(label for label, cell in cells.items() if cell.actual == actual and cell.as_declared)
    return (*_folded(right, cells), *_wrong(cells, actual))


def _wrong(cells: Mapping[str, Pull], actual: str) -> Iterator[str]:
    for label, cell in cells.items():
        if cell.actual == actual and not cell.as_declared:
            yield f"{label} {_WRONG} {cell.expected}{', failed' if actual == 'failed' else ''})"


def table(found: Sequence[Row], width: int) -> Table | None:
    """The rows as a table of so many columns; None when there are more than a person reads."""
    if sum(len(row.pullers) for row in found) > _MOST_ROWS:
        return None
    names = min(max(len(name) for row in found for name in row.pullers), int(width * _NAMES))
    rest = width - names - 4
    longest = [max((len(", ".join(cell)) for cell in column), default=0) for column in _columns(found)]
    share = _share(rest, longest)
    drawn = Table(box=None, pad_edge=False, header_style="bold", width=width)
    for heading, columns in zip(("pulls with its own credential", "pulled", "refused"), (names, *share), strict=True):
        drawn.add_column(heading, width=columns)
    for row in found:
        drawn.add_row(
            Text("\n".join(line for name in row.pullers for line in _lines([name], names, "/"))),
            _cell(row.pulled, share[0], "green"),
            _cell(row.refused, share[1], "dim"),
        )
    return drawn


def _cell(labels: Sequence[str], width: int, style: str) -> Text:
    wrong = any(_WRONG in label for label in labels)
    return Text("\n".join(_lines(labels, width)), style="bold red" if wrong else style)


def _columns(found: Sequence[Row]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    return [row.pulled for row in found], [row.refused for row in found]


def _share(width: int, longest: Sequence[int]) -> tuple[int, int]:
    """Two columns: what each needs, or as much as the other leaves, never less than a third."""
    first = min(longest[0], width - min(longest[1], width * 2 // 3))
    first = max(first, min(longest[0], width // 3), len("pulled"))
    return first, width - first


def _folded(labels: Sequence[str], all_labels: Iterable[str]) -> tuple[str, ...]:
    """The labels, those of a whole folder as one."""
    whole: dict[tuple[str, str], list[str]] = {}
    for label in all_labels:
        whole.setdefault(_folder(label), []).append(label)
    found: list[str] = []
    for folder, where in dict.fromkeys(map(_folder, labels)):
        mine = [label for label in labels if _folder(label) == (folder, where)]
        if folder and len(mine) > _FEW and len(mine) == len(whole[folder, where]):
            found.append(f"{folder}/* ({len(mine)}){where}")
        else:
            found += mine
    return tuple(found)


def _folder(label: str) -> tuple[str, str]:
    """The folder of a repository, and where its registry is if that is another one."""
    name, space, where = label.partition(" ")
    return name.rpartition("/")[0], f"{space}{where}"


def _lines(items: Sequence[str], width: int, end: str = ", ") -> list[str]:
    """The items on lines of a width, none cut; one that is longer than the width is broken behind `end` alone."""
    lines = [""]
    for index, item in enumerate(items):
        text = f"{item}," if index < len(items) - 1 else item
        joined = f"{lines[-1]} {text}".strip()
        if len(joined) <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(text)
    return [part for line in lines for part in _broken(line, width, end)]


def _broken(line: str, width: int, end: str) -> list[str]:
    if len(line) <= width:
        return [line]
    place = line.rfind(end, 0, width - len(end) + 1)
    cut = place + len(end) if place > 0 else width
    return [line[:cut].rstrip(), *_broken(line[cut:], width, end)]

"""The pull matrix for a person: one row for each puller, with what it pulled and what it was refused.

Names are never cut. A folder whose images all have the same outcome is written once. Pullers with the same
outcome stand together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rich.table import Table
from rich.text import Text

from .pulls import Pull

_FEW: Final = 2  # up to this many images of a folder are written individually
_MOST_ROWS: Final = 60
_HEADINGS: Final = ("pulls with its own credential", "pulled", "refused")
_WRONG: Final = "(declared"
_AS_ABOVE: Final = "as above"
_REFUSED: Final = 20
"""A width that is enough for the number of refused images, or for a few names."""
_NAMES: Final = 0.5
"""The largest part of the width that the names of the pullers take."""


@dataclass(frozen=True)
class Row:
    """Pullers with the same outcome, and what it was.

    Attributes:
        pulled: the images' labels; a complete folder is one label.
        refused: in the same way.
        count: how many were refused.
    """

    pullers: tuple[str, ...]
    pulled: tuple[str, ...]
    refused: tuple[str, ...]
    count: int


def rows(pulls: Sequence[Pull]) -> list[Row]:
    """The matrix, in the order of the pullers; those with the same outcome share a row."""
    by_outcome: dict[tuple[tuple[str, ...], tuple[str, ...], int], list[str]] = {}
    for puller in dict.fromkeys(cell.consumer for cell in pulls):
        cells = [cell for cell in pulls if cell.consumer == puller]
        # Of several clients the last counts, one whose answer is not as declared if there is one.
        by_label = {cell.repository: cell for cell in sorted(cells, key=lambda cell: not cell.as_declared)}
        pulled, refused = (_outcome(by_label, actual) for actual in ("allowed", "denied"))
        count = sum(cell.actual != "allowed" for cell in by_label.values())
        by_outcome.setdefault((pulled, (*refused, *_wrong(by_label, "failed")), count), []).append(puller)
    return [Row(tuple(pullers), *outcome) for outcome, pullers in by_outcome.items()]


def _outcome(cells: Mapping[str, Pull], actual: str) -> tuple[str, ...]:
    """The labels of one outcome; those that are not as declared come last, and say so."""
    right = sorted(label for label, cell in cells.items() if cell.actual == actual and cell.as_declared)
    return (*_folded(right, cells), *_wrong(cells, actual))


def _wrong(cells: Mapping[str, Pull], actual: str) -> Iterator[str]:
    for label, cell in cells.items():
        if cell.actual == actual and not cell.as_declared:
            yield f"{label} {_WRONG} {cell.expected}{', failed' if actual == 'failed' else ''})"


def table(found: Sequence[Row], width: int) -> Table | None:
    """The rows as a table of this width; None when there are too many rows to read."""
    if sum(len(row.pullers) for row in found) > _MOST_ROWS:
        return None
    names = min(max(len(name) for row in found for name in (*row.pullers, _HEADINGS[0])), int(width * _NAMES))
    rest = width - names - 4
    pulled = min(max(len(_joined(row.pulled)) for row in found), rest - min(_REFUSED, rest // 2))
    drawn = Table(box=None, pad_edge=False, header_style="bold", width=width)
    columns = (names, pulled, rest - pulled)
    for heading, column in zip(_HEADINGS, columns, strict=True):
        drawn.add_column(heading, width=max(column, len("refused")))
    for row in found:
        outcome = (
            _cell(row.pulled, pulled, "green"),
            _cell(_short(row, rest - pulled), rest - pulled, "dim"),
        )
        for number, name in enumerate(row.pullers):
            drawn.add_row(
                Text("\n".join(_lines([name], names))), *(_again(cell) if number else cell for cell in outcome)
            )
    return drawn


def _again(cell: Text) -> Text:
    """The words "as above" in place of a cell with several lines."""
    return Text(_AS_ABOVE, style="dim") if "\n" in cell.plain else cell


def _short(row: Row, width: int) -> tuple[str, ...]:
    """The refused images, if they fit on one line or one is not as declared; otherwise only their number."""
    if len(_joined(row.refused)) <= width or any(_WRONG in label for label in row.refused):
        return row.refused
    return (f"all {row.count} others",)


def _joined(labels: Sequence[str]) -> str:
    return ", ".join(labels)


def _cell(labels: Sequence[str], width: int, style: str) -> Text:
    wrong = any(_WRONG in label for label in labels)
    return Text("\n".join(_lines(labels, width)), style="bold red" if wrong else style)


def _folded(labels: Sequence[str], all_labels: Iterable[str]) -> tuple[str, ...]:
    """The labels; those of a complete folder are combined."""
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


def _lines(items: Sequence[str], width: int) -> list[str]:
    """The items on lines of a width; one that is longer is broken at a space or after a slash."""
    lines = [""]
    for index, item in enumerate(items):
        text = f"{item}," if index < len(items) - 1 else item
        joined = f"{lines[-1]} {text}".strip()
        if len(joined) <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(text)
    return [part for line in lines for part in _broken(line, width)]


def _broken(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    end = max(line.rfind(" ", 0, width + 1), line.rfind("/", 0, width) + 1)
    cut = end if end > 0 else width
    return [line[:cut].rstrip(), *_broken(line[cut:].lstrip(), width)]

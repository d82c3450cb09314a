"""What commands print: a table on a terminal, JSON with `--json`, tab-separated lines in a pipe."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .plain_text import plain

_SHORT: Final = 20  # columns: a time or a word, which is never broken
_JUDGED: Final = ("health", "ok")
_GOOD: Final = ("good", "True", "")


def json_shape(kind: str, **keys: str) -> str:
    """The end of a command's help: each key that `--json` prints, with its meaning."""
    width = max(map(len, keys))
    return "\n".join(["\b", f"With --json, {kind}:", *(f"  {key:{width}}  {says}" for key, says in keys.items())])


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
"""The option of every command that prints rows."""


@dataclass(frozen=True)
class ForTerminal:
    """The rows in another form, for a terminal.

    Attributes:
        above: lines before the table, with what all rows share.
        columns: as in `show`.
        rows: as in `show`; a cell may have several lines.
    """

    above: Sequence[str]
    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]


def show(
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    *,
    as_json: bool,
    terminal: ForTerminal | None = None,
) -> None:
    """Prints rows.

    Args:
        columns: the heading of each key that a table shows, in order.
        rows: the JSON holds every key of a row; a table shows those in `columns`.
        as_json: whether `--json` was given.
        terminal: what a terminal shows instead of these columns and rows.
    """
    if as_json:
        print_json(rows)
    elif sys.stdout.isatty():
        _table(terminal or ForTerminal((), columns, rows))
    else:
        for row in rows:
            click.echo("\t".join(plain(str(row.get(key, ""))) for key in columns))


def _table(shown: ForTerminal) -> None:
    console = Console(markup=False, emoji=False)
    for line in shown.above:
        console.print(Text(plain(line)))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for key, heading in shown.columns.items():
        cells = [str(row.get(key, "")).splitlines() for row in shown.rows]
        short = all(len(line) <= _SHORT for lines in cells for line in lines)
        table.add_column(heading, no_wrap=short, overflow="fold")
    for row in shown.rows:
        table.add_row(*(_cell(key, str(row.get(key, ""))) for key in shown.columns))
    console.print(table)


def _cell(key: str, value: str) -> Text:
    """A cell as plain Text, since rich would read markup in a name; coloured by the row's health."""
    lines = "\n".join(plain(line) for line in value.splitlines())
    if key not in _JUDGED:
        return Text(lines)
    return Text(lines, style="green" if value in _GOOD else "red")


def print_json(document: Any) -> None:
    """Prints one JSON document."""
    click.echo(json.dumps(document, indent=1, default=str))

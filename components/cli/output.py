"""What commands print: a table for a person, JSON with `--json`, lines of tab-separated cells for a pipe."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .plain_text import plain


def json_shape(kind: str, **keys: str) -> str:
    """What `--json` prints, for the end of a command's help: one name for each key, with its meaning."""
    width = max(map(len, keys))
    return "\n".join(["\b", f"With --json, {kind}:", *(f"  {key:{width}}  {says}" for key, says in keys.items())])


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
"""The option of every command that prints rows."""


def show(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Prints rows.

    Args:
        columns: the heading of each key that a person sees, in order.
        rows: every key of a row is in the JSON.
        as_json: whether `--json` was given.
    """
    if as_json:
        print_json(rows)
        return
    cells = [[plain(str(row.get(key, ""))) for key in columns] for row in rows]
    if not sys.stdout.isatty():
        for line in cells:
            click.echo("\t".join(line))
        return
    table = Table(*columns.values())
    for line in cells:
        table.add_row(*map(Text, line))  # Text: a name may hold what rich would read as markup
    Console().print(table)


def print_json(document: Any) -> None:
    """Prints one JSON document."""
    click.echo(json.dumps(document, indent=1, default=str))

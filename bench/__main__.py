"""`python -m bench`: runs every measurement, prints the tables, writes .bench/results.json."""

import json
import signal
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from . import cold_start, program, rotation, validate
from .figures import RESULTS, figure, ratio


def main() -> None:
    """Measures, and prints each table as soon as it is there."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exception ends what was started too
    rows: list[dict[str, Any]] = []
    for module in (rotation, cold_start, validate, program):
        measured = module.measure()
        Console(width=180).print(_table(measured), "")
        rows += measured
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n")


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("compared with", "ours", "other", "ratio", "what", box=None, pad_edge=False)
    for row in rows:
        figures = [figure(row[key], row["unit"]) for key in ("ours", "other")]
        table.add_row(row["name"], *figures, ratio(row["ratio"]), row["what"])
    return table


if __name__ == "__main__":
    main()

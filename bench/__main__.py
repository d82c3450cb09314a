"""`python -m bench [PART...]`: measures everything, or the named parts, prints tables, and writes .bench/."""

import argparse
import json
import signal
import sys
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from . import cold_start, program, rotation, validate
from .figures import RESULTS, figure, ratio, spread

_PARTS: Final[dict[str, Any]] = {
    "rotation": rotation,
    "cold-start": cold_start,
    "validate": validate,
    "program": program,
}


def main() -> None:
    """Measures, and prints each table as soon as it is complete."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"default: all of {', '.join(_PARTS)}")
    parts: list[str] = parser.parse_args().parts
    if unknown := set(parts) - _PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}; the parts are {', '.join(_PARTS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exception also ends the processes that were started
    rows: list[dict[str, Any]] = []
    for part in parts or _PARTS:
        measured = _PARTS[part].measure()
        Console(width=180, markup=False, emoji=False).print(_table(measured), "")
        rows += measured
    if not parts:  # the page shows all parts of a single run
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(rows, indent=1) + "\n")


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("compared with", "ours", "other", "ratio", "spread", "goal", "what", box=None, pad_edge=False)
    for row in rows:
        figures = [figure(row[key], row["unit"]) for key in ("ours", "other")]
        table.add_row(row["name"], *figures, ratio(row["ratio"]), spread(row["spread"]), row["goal"], row["what"])
    return table


if __name__ == "__main__":
    main()

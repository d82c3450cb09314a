"""`python -m bench`: runs every measurement, prints the table, writes .bench/results.json."""

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from . import program, rotation

_FOLDER = Path(__file__).parents[1] / ".bench"
_MODULES = (rotation, program)


def main() -> None:
    _FOLDER.mkdir(exist_ok=True)
    rows = [row for module in _MODULES for row in module.measure()]
    (_FOLDER / "results.json").write_text(json.dumps(rows, indent=1) + "\n")
    table = Table("compared with", "ours", "other", "ratio", "what", box=None, pad_edge=False)
    for row in rows:
        unit = f" {row['unit']}" if row["unit"] else ""
        table.add_row(
            row["name"], f"{row['ours']:g}{unit}", f"{row['other']:g}{unit}", f"{row['ratio']:.2f}", row["what"]
        )
    Console(width=180).print(table)


if __name__ == "__main__":
    main()

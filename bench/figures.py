"""`python -m bench.figures`: writes the figures of the last `make bench` into the table in docs/figures.md."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from .gains import gains

_ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = _ROOT / ".bench" / "results.json"
PAGE: Final = _ROOT / "docs" / "figures.md"
BEGIN: Final = "<!-- bench: python -m bench.figures writes this table -->"
END: Final = "<!-- /bench -->"


def main() -> None:
    """Rewrites the table; everything outside its marks stays."""
    PAGE.write_text(with_table(PAGE.read_text(), json.loads(RESULTS.read_text())))


def with_table(page: str, rows: Sequence[dict[str, Any]]) -> str:
    """The page with a table of these rows, and what a user gains by them, between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    made = table(rows)
    return f"{before}{BEGIN}\n\n{made}\n{gains(made)}\n{END}{after}"


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows in Markdown. A row that misses its goal says so."""
    lines = ["| compared with | ours | other | ratio | spread | goal |", "|---|--:|--:|--:|--:|---|"]
    for row in rows:
        figures = [figure(row["ours"], row["unit"]), figure(row["other"], row["unit"])]
        note = row["goal"] or ("" if row["other"] is not None else row["what"])
        lines.append(f"| {' | '.join([row['name'], *figures, ratio(row['ratio']), spread(row['spread']), note])} |")
    return "\n".join([*lines, ""])


def figure(value: float | None, unit: str = "") -> str:
    """A figure with its unit, for people; a dash when there is none."""
    if value is None:
        return "-"
    text = f"{value:,.0f}" if float(value).is_integer() and value > 1 else f"{value:.3g}"
    return f"{text} {unit}".rstrip()


def ratio(value: float | None) -> str:
    """A ratio, precise enough to show a single request too many."""
    return "-" if value is None else f"{value:.3f}"


def spread(ratios: Sequence[float] | None) -> str:
    """The lowest and the highest ratio of several runs; a dash when there was only one run."""
    return "-" if ratios is None else f"{ratios[0]:.3f} to {ratios[1]:.3f}"


if __name__ == "__main__":
    main()

"""A row of the results: two figures, their ratio, and whether the ratio is within its limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

Figures = Sequence[float] | float
"""One figure, or a figure for each run."""


@dataclass(frozen=True)
class Row:
    """A comparison.

    Attributes:
        name: what this project is compared with; every row has a different name.
        unit: the unit of both figures.
        what: how it is measured.
        most: the highest ratio that is allowed; None when there is no limit.
    """

    name: str
    unit: str
    what: str
    most: float | None = None

    def measured(self, ours: Figures, other: Figures, note: str = "") -> dict[str, Any]:
        """The row with the medians of its figures. A missed goal is shown, but is not an error.

        The runs of both alternated, so each is compared with its neighbour, when the machine was equally busy.
        """
        ours, other = _list(ours), _list(other)
        runs = max(len(ours), len(other))
        pairs = zip(_repeated(ours, runs), _repeated(other, runs), strict=True)
        ratios = [our / their for our, their in pairs]
        ratio = median(ratios)
        return {
            "name": self.name,
            "ours": round(median(ours), 3),
            "other": round(median(other), 3),
            "ratio": round(ratio, 4),
            "spread": [round(min(ratios), 4), round(max(ratios), 4)] if runs > 1 else None,
            "runs": runs,
            "unit": self.unit,
            "goal": "" if self.most is None else f"at most {self.most:g}: {'met' if ratio <= self.most else 'MISSED'}",
            "what": "; ".join(filter(None, [self.what, note])),
        }

    def not_measured(self, ours: Figures, why: str) -> dict[str, Any]:
        """The row when the other cannot run here."""
        figures = {"ours": round(median(_list(ours)), 3), "other": None, "ratio": None, "spread": None}
        return {"name": self.name, **figures, "runs": 0, "unit": self.unit, "goal": "", "what": f"not measured: {why}"}


def _list(figures: Figures) -> list[float]:
    return [figures] if isinstance(figures, int | float) else list(figures)


def _repeated(figures: list[float], times: int) -> list[float]:
    """Repeats a single figure, to compare it with each run of the other."""
    return figures * times if len(figures) == 1 else figures

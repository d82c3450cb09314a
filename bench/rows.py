"""A row of the results: two figures side by side, their ratio, and whether it is what was promised."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """What is compared.

    Attributes:
        name: what it is measured against; no two rows share one.
        unit: of both figures.
        what: how it is measured.
        most: the ratio that is promised; None where nothing is.
    """

    name: str
    unit: str
    what: str
    most: float | None = None

    def measured(self, ours: float, other: float, note: str = "") -> dict[str, Any]:
        """The row with its figures; a missed promise is told, and fails nothing."""
        ratio = ours / other
        words = [self.what, note]
        if self.most is not None:
            words.append(f"at most {self.most:g}" if ratio <= self.most else f"MISSED: more than {self.most:g}")
        figures = {"ours": round(ours, 3), "other": round(other, 3), "ratio": round(ratio, 4)}
        return {"name": self.name, **figures, "unit": self.unit, "what": "; ".join(filter(None, words))}

    def not_measured(self, ours: float, why: str) -> dict[str, Any]:
        """The row where the other cannot be run here."""
        figures = {"ours": round(ours, 3), "other": None, "ratio": None}
        return {"name": self.name, **figures, "unit": self.unit, "what": f"not measured: {why}"}

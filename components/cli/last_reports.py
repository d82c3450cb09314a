"""What the rotator's log says of each target, although a report in it may be cut, or have left out some."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from ..docker import bounded_json
from ..docker.bounded_json import BoundedJsonError

_MARK: Final = '{"gitlab_ecr_report"'
_LISTS: Final = ('"targets":[', '"access_keys":[')


@dataclass
class LastReports:
    """The newest word on each target.

    Attributes:
        told: the entry of a target or of a pair of access keys by its name, with `started` of its run.
        silent: when the newest run began whose report does not tell of every target; empty when all do.
    """

    told: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    silent: str = ""

    def of(self, name: str) -> dict[str, Any] | None:
        """The last that was said of a target; None when nothing was."""
        entry = self.told.get(name)
        if self.silent and (entry is None or entry["started"] < self.silent):
            return {"started": self.silent, "status": "not told, the report was too long", "reason": ""}
        return entry


def last_reports(lines: Iterable[str]) -> LastReports:
    """The reports in a log's lines, the oldest first; other lines are passed over."""
    found = LastReports()
    for line in lines:
        if not line.startswith(_MARK):
            continue
        try:
            report = bounded_json.loads(line)["gitlab_ecr_report"]
            entries, whole = [*report["targets"], *report.get("access_keys", [])], "omitted" not in report
            started = str(report["started"])
        except BoundedJsonError:
            entries, whole = list(_whole_entries(line)), False
            started = _text_after('"started":', line)
        except (KeyError, TypeError):
            continue
        for entry in entries:
            if isinstance(entry, dict) and {"target", "status", "reason"} <= entry.keys():
                found.told[entry["target"]] = {**entry, "started": started}
        found.silent = found.silent if whole else started
    return found


def _whole_entries(line: str) -> Iterator[dict[str, Any]]:
    """The entries of a cut line, up to the one that is cut."""
    decoder = json.JSONDecoder()
    for mark in _LISTS:
        at = line.find(mark) + len(mark)
        while at >= len(mark) and line[at : at + 1] == "{":
            try:
                entry, at = decoder.raw_decode(line, at)
            except json.JSONDecodeError:
                return
            yield entry
            at += line[at : at + 1] == ","


def _text_after(mark: str, line: str) -> str:
    """The text that follows a key; empty when the line ends before it does."""
    _, _, rest = line.partition(f'{mark}"')
    text, quote, _ = rest.partition('"')
    return text if quote else ""

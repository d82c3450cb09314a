"""What the rotator's log says about each target. A report in it may be truncated, or may leave targets out."""

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
    """The newest entry for each target.

    Attributes:
        entries: the entry of each target or pair of access keys by its name, with the `started` of its run.
        incomplete_since: when the newest run with an incomplete report began; empty when all reports are complete.
    """

    entries: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    incomplete_since: str = ""

    def of(self, name: str) -> dict[str, Any] | None:
        """The newest entry of a target; None when there is none."""
        entry = self.entries.get(name)
        if self.incomplete_since and (entry is None or entry["started"] < self.incomplete_since):
            return {"started": self.incomplete_since, "status": "unknown, the report was too long", "reason": ""}
        return entry


def last_reports(lines: Iterable[str]) -> LastReports:
    """Reads the reports among a log's lines, oldest first. Other lines are ignored."""
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
                found.entries[entry["target"]] = {**entry, "started": started}
        found.incomplete_since = found.incomplete_since if whole else started
    return found


def _whole_entries(line: str) -> Iterator[dict[str, Any]]:
    """The complete entries of a truncated line."""
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

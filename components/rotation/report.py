"""The report on a rotation, for the log and for `up`. It holds names and times, never a variable's value."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, cast

from ..contract.firing import FiredBy
from .results import AudienceResult, KeyResult, Status, TargetResult

_SHORT_LIMIT: Final = 4_000  # bytes of the short form, which Pulumi keeps
_LINE_LIMIT: Final = 1_000  # characters of one failure or note
_EVENT_LIMIT: Final = 256_000  # CloudWatch Logs allows 262,144 bytes for an event, including 26 of its own
_OMITTED: Final = 500  # bytes for the counts of what is omitted
_SECTIONS: Final = ("audiences", "targets", "access_keys", "notes")


@dataclass(frozen=True)
class Report:
    """The report on one rotation.

    Attributes:
        stack: the stack's name.
        fired_by: who started it.
        started: when it started.
        seconds: how long it took.
        audiences: a result for each audience.
        targets: a result for each target.
        keys: a result for each user with access keys.
        died_early: a line for each token that a registry refused before its expiry.
        warnings: what went wrong apart from tokens and targets.
        token_days: in how many days the rotator's own GitLab token expires, the first of them if there are two; None
            when that is not known.
    """

    stack: str
    fired_by: FiredBy
    started: datetime
    seconds: float
    audiences: Sequence[AudienceResult]
    targets: Sequence[TargetResult]
    keys: Sequence[KeyResult] = ()
    died_early: Sequence[str] = ()
    warnings: Sequence[str] = ()
    token_days: int | None = None

    @property
    def failures(self) -> list[str]:
        """What makes the run fail, a line each: audiences without a verified token, targets that were not written.

        In a deployment, only new failures: what was broken before is among the notes.
        """
        return [f"audience {a.audience}: {a.reason}"[:_LINE_LIMIT] for a in self.audiences if a.reason] + [
            _line(result) for result in self._all if _failed(result) and not self._excused(result)
        ]

    @property
    def notes(self) -> list[str]:
        """What does not make the run fail but needs attention, a line each."""
        return [
            *([f"waiting for the GitLab token: {self.waiting}"] if self.waiting else []),
            *(_line(result) for result in self._all if _failed(result) and self._excused(result)),
            *(_gone(result) for result in self._all if result.status is Status.GONE),
            *(note for result in self._all for note in result.notes),
            *self.died_early,
            *self.warnings,
        ]

    @property
    def waiting(self) -> str:
        """Why nothing was written, while nobody has stored the first GitLab token; otherwise empty."""
        return next((result.reason for result in self._all if result.status is Status.WAITING), "")

    def count(self, status: Status) -> int:
        """How many targets and users with access keys have this status."""
        return sum(result.status is status for result in self._all)

    def as_dict(self) -> dict[str, Any]:
        """The report as a JSON document."""
        return {
            "stack": self.stack,
            "fired_by": self.fired_by,
            "started": _time(self.started),
            "seconds": round(self.seconds, 3),
            "ok": not self.failures,
            "audiences": [
                {
                    "audience": a.audience,
                    "ok": not a.reason,
                    "reason": a.reason[:_LINE_LIMIT],
                    "expires_at": _time(a.expires_at),
                }
                for a in self.audiences
            ],
            "targets": [
                {
                    "target": t.target.name,
                    "status": t.status.value,
                    "reason": t.reason[:_LINE_LIMIT],
                    "expires_at": _time(t.expires_at),
                }
                for t in self.targets
            ],
            "access_keys": [
                {
                    "target": k.user.name,
                    "status": k.status.value,
                    "reason": k.reason[:_LINE_LIMIT],
                    "key": k.ending,
                    "made": _time(k.made),
                }
                for k in self.keys
            ],
            "notes": self.notes,
        }

    def log_line(self) -> str:
        """The one line that a run writes to the log. Queries look for `gitlab_ecr_report`."""
        return _log_line(self.bounded())

    def bounded(self) -> dict[str, Any]:
        """The report, small enough for a single CloudWatch event.

        If it is too long, it holds the failures, as many entries as fit, and `omitted` counts the rest.
        """
        document = self.as_dict()
        if len(_log_line(document)) <= _EVENT_LIMIT:
            return document
        entries = [(section, entry) for section in _SECTIONS for entry in document[section]]
        short: dict[str, Any] = {**document, **{section: list[Any]() for section in _SECTIONS}, "omitted": {}}
        room = _EVENT_LIMIT - len(_log_line(short)) - _OMITTED
        for section, entry in sorted(entries, key=lambda each: _severity(each[1])):
            room -= len(json.dumps(entry)) + 1
            if room >= 0:
                short[section].append(entry)
            else:
                counts = short["omitted"].setdefault(section, {})
                counts[_kind(entry)] = counts.get(_kind(entry), 0) + 1
        return short

    def short(self) -> dict[str, Any]:
        """What `up` shows: counts, and as many failures and notes as fit into 4,000 bytes."""
        short: dict[str, Any] = {
            "ok": not self.failures,
            "waiting": bool(self.waiting),
            "targets": _counts(self.targets),
            "access_keys": _counts(self.keys),
            "failures": [],
            "notes": [],
        }
        for key, lines in (("failures", self.failures), ("notes", self.notes)):
            for line in lines:
                short[key].append(line)
                if len(json.dumps(short)) > _SHORT_LIMIT:
                    short[key].pop()
                    break
        return short

    @property
    def _all(self) -> list[TargetResult | KeyResult]:
        return [*self.targets, *self.keys]

    def _excused(self, result: TargetResult | KeyResult) -> bool:
        return self.fired_by is FiredBy.DEPLOY and result.known


def _counts(results: Sequence[TargetResult | KeyResult]) -> dict[str, int]:
    return {status.value: sum(result.status is status for result in results) for status in Status}


def _log_line(document: dict[str, Any]) -> str:
    return json.dumps({"gitlab_ecr_report": document}, separators=(",", ":"))


def _kind(entry: Any) -> str:
    """The kind under which an omitted entry is counted."""
    if isinstance(entry, str):
        return "notes"
    fields = cast("dict[str, Any]", entry)
    return str(fields.get("status") or ("ok" if fields["ok"] else "failed"))


def _severity(entry: Any) -> int:
    """The sort key that puts the worst entries first."""
    return {"failed": 0, "left": 0, "gone": 1, "notes": 1}.get(_kind(entry), 2)


def _failed(result: TargetResult | KeyResult) -> bool:
    return result.status in (Status.FAILED, Status.LEFT)


def _line(result: TargetResult | KeyResult) -> str:
    return f"{result.target.name}: {result.reason}"[:_LINE_LIMIT]


def _gone(result: TargetResult | KeyResult) -> str:
    return (
        f"{_line(result)}; three runs in a row found this: "
        f"if it is intended, delete {result.target.path!r} below consumers in the stack file"
    )


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

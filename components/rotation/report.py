"""What a rotation did: for the log, for `up`, for metrics. It holds no value, only names and times."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

_SHORT_LIMIT: Final = 4_000  # characters of the form that Pulumi keeps
_NAMESPACE: Final = "GitLabEcr"


class Status(Enum):
    """What became of a target."""

    PUBLISHED = "published"
    KEPT = "kept"
    FAILED = "failed"


@dataclass(frozen=True)
class TargetResult:
    """One target of one rotation.

    Attributes:
        target: its name.
        reason: one line, empty when it was published.
        expires_at: until when the token it now holds is good, where that is known.
    """

    target: str
    status: Status
    reason: str
    expires_at: datetime | None


@dataclass(frozen=True)
class AudienceResult:
    """One audience of one rotation; `reason` is empty when its tokens were minted and proven."""

    audience: str
    reason: str
    expires_at: datetime | None


@dataclass(frozen=True)
class Report:
    """One rotation, whole."""

    stack: str
    fired_by: str
    started: datetime
    seconds: float
    audiences: Sequence[AudienceResult]
    targets: Sequence[TargetResult]

    @property
    def failures(self) -> list[str]:
        """One line for each audience without a proven token, then one for each target that was not written."""
        return [f"audience {a.audience}: {a.reason}" for a in self.audiences if a.reason] + [
            f"{t.target}: {t.reason}" for t in self.targets if t.status is Status.FAILED
        ]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return {
            "stack": self.stack,
            "fired_by": self.fired_by,
            "started": _time(self.started),
            "seconds": round(self.seconds, 3),
            "ok": not self.failures,
            "audiences": [
                {"audience": a.audience, "ok": not a.reason, "reason": a.reason, "expires_at": _time(a.expires_at)}
                for a in self.audiences
            ],
            "targets": [
                {"target": t.target, "status": t.status.value, "reason": t.reason, "expires_at": _time(t.expires_at)}
                for t in self.targets
            ],
        }

    def log_line(self) -> str:
        """The one line a run leaves in the log; `gitlab_ecr_report` is what queries look for."""
        return json.dumps({"gitlab_ecr_report": self.as_dict()}, separators=(",", ":"))

    def metrics_line(self) -> str:
        """The same as CloudWatch metrics, in the embedded metric format."""
        remaining = [(t.expires_at - self.started).total_seconds() for t in self.targets if t.expires_at]
        values: dict[str, float] = {
            "RotationSuccess": int(not any(a.reason for a in self.audiences) and self._every_audience_published()),
            "TargetsFailed": sum(t.status is Status.FAILED for t in self.targets),
            **({"TokenSecondsRemaining": min(remaining)} if remaining else {}),
        }
        definitions = [{"Name": name, "Unit": "Seconds" if "Seconds" in name else "Count"} for name in values]
        metadata = {
            "Timestamp": int(self.started.timestamp() * 1000),
            "CloudWatchMetrics": [{"Namespace": _NAMESPACE, "Dimensions": [["Stack"]], "Metrics": definitions}],
        }
        return json.dumps({"_aws": metadata, "Stack": self.stack, **values}, separators=(",", ":"))

    def short(self) -> dict[str, Any]:
        """What `up` shows: counts, and as many failures as fit in 4,000 characters."""
        count = {status.value: sum(t.status is status for t in self.targets) for status in Status}
        short: dict[str, Any] = {"ok": not self.failures, "targets": count, "failures": []}
        for line in self.failures:
            if len(json.dumps(short)) + len(line) > _SHORT_LIMIT:
                break
            short["failures"].append(line)
        return short

    def _every_audience_published(self) -> bool:
        return not self.targets or any(t.status is not Status.FAILED for t in self.targets)


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

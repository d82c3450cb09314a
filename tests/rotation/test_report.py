"""However much goes wrong, a report is one event that CloudWatch keeps, and counts what it leaves out."""

import json
from datetime import UTC, datetime

import pytest
from plans import target

from components.contract.firing import FiredBy
from components.rotation.report import Report
from components.rotation.results import AudienceResult, Status, TargetResult

_STARTED = datetime(2026, 11, 22, 12, tzinfo=UTC)
_EVENT = 262_144 - 26


def _report(count: int, reason: str, *, published: int = 0, notes: int = 0) -> Report:
    results = [TargetResult(target(f"acme/good-{n}"), Status.PUBLISHED, "", _STARTED) for n in range(published)]
    results += [TargetResult(target(f"acme/bad-{n}"), Status.FAILED, reason, None) for n in range(count)]
    audiences = [AudienceResult("backend", "", _STARTED), AudienceResult("broken", "no token", None)]
    return Report("test", FiredBy.SCHEDULE, _STARTED, 1.0, audiences, results, warnings=["a warning"] * notes)


@pytest.mark.parametrize("reason", ["x" * 200, "\u00e9" * 1_000, '"' * 5_000, "x" * 400_000])
def test_a_report_of_five_thousand_failures_is_one_event(reason: str) -> None:
    line = _report(5_000, reason, published=100).log_line()
    assert len(line.encode()) <= _EVENT
    report = json.loads(line)["gitlab_ecr_report"]
    listed = len(report["targets"])
    omitted = report["omitted"]["targets"]
    assert listed + sum(omitted.values()) == 5_100
    assert omitted["published"] == 100
    assert listed == 0 or {entry["status"] for entry in report["targets"]} == {"failed"}
    assert report["audiences"][0]["audience"] == "broken"
    assert not report["ok"]


def test_a_report_that_fits_is_complete() -> None:
    report = json.loads(_report(20, "gone wrong", published=100, notes=3).log_line())["gitlab_ecr_report"]
    assert "omitted" not in report
    assert (len(report["targets"]), len(report["notes"])) == (120, 3)


def test_too_many_notes_are_counted() -> None:
    line = _report(1, "gone wrong", notes=50_000).log_line()
    report = json.loads(line)["gitlab_ecr_report"]
    assert len(line) <= _EVENT
    assert report["omitted"]["notes"]["notes"] + len(report["notes"]) == 50_000
    assert report["targets"][0]["reason"] == "gone wrong"


def test_the_short_form_always_names_a_failure() -> None:
    short = _report(5_000, "x" * 400_000).short()
    assert len(json.dumps(short)) <= 4_000
    assert short["failures"][0].startswith("audience broken")
    assert len(short["failures"]) > 1

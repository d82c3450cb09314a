"""What the log says about each target, even if a report is cut or leaves some out."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from plans import target

from components.cli.last_reports import last_reports
from components.contract.firing import FiredBy
from components.rotation.report import Report
from components.rotation.results import Status, TargetResult

_STARTED = datetime(2026, 11, 22, 12, tzinfo=UTC)
_NAMES = [f"project acme/{number} DOCKER_AUTH_CONFIG" for number in range(5_000)]


def _report(count: int, status: Status = Status.FAILED, hours: int = 0, reason: str = 'said "no"') -> str:
    results = [TargetResult(target(f"acme/{number}"), status, reason, None) for number in range(count)]
    return Report("test", FiredBy.SCHEDULE, _STARTED + timedelta(hours=hours), 1.0, [], results).log_line()


def test_the_newest_report_counts() -> None:
    found = last_reports(["START", _report(2), _report(1, Status.PUBLISHED, hours=2), '{"_aws": {}}'])
    assert [found.of(name)["status"] for name in _NAMES[:2]] == ["published", "failed"]  # type: ignore[index] # pyright: ignore[reportOptionalSubscript] - reported above
    assert found.of(_NAMES[2]) is None


def test_an_entry_that_a_long_report_leaves_out_is_not_taken_from_an_older_report() -> None:
    found = last_reports([_report(5_000, Status.PUBLISHED, reason=""), _report(5_000, hours=2, reason="x" * 900)])
    message = [found.of(name) for name in _NAMES]
    assert None not in message
    assert {each["started"] for each in message if each is not None} == {"2026-11-22T14:00:00Z"}
    assert {each["status"] for each in message if each is not None} == {"failed", "unknown, the report was too long"}


@pytest.mark.parametrize("kept", range(0, 700, 7))
def test_a_line_that_was_cut_anywhere_still_gives_its_complete_entries(kept: int) -> None:
    line = _report(4)
    cut = line[: min(kept, len(line) - 1)]
    ends = [match.end() for match in re.finditer(r'\{"target":[^{}]+\}', line)]
    assert len(ends) == 4
    found = last_reports([cut]).entries
    assert list(found) == [name for name, end in zip(_NAMES, ends, strict=False) if end <= len(cut)]
    assert {entry["reason"] for entry in found.values()} <= {'said "no"'}


def test_the_first_entries_of_a_cut_line_are_shown() -> None:
    line = _report(5_000, reason="x" * 20)
    cut = json.dumps({"gitlab_ecr_report": json.loads(line)["gitlab_ecr_report"]}, separators=(",", ":"))[:200_000]
    found = last_reports([cut])
    assert 500 < len(found.entries) < 5_000
    last = found.of(_NAMES[-1])
    assert last is not None
    assert last["status"] == "unknown, the report was too long"


_NONE = (
    '{"gitlab_ecr_report"',
    '{"gitlab_ecr_report":[]}',
    '{"gitlab_ecr_report":{"targets":[1],"started":1}}',
    '{"gitlab_ecr_report":' + "[" * 9_000,
)


@pytest.mark.parametrize("line", _NONE)
def test_a_line_that_is_not_a_report_is_skipped(line: str) -> None:
    assert last_reports([line]).entries == {}

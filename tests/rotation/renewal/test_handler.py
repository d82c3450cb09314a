"""The renewal's entry: what it prints and raises, however the renewal ends."""

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from plans import plan_of, target

from components.contract import plan as plans
from components.rotation.aws import AwsError
from components.rotation.gitlab import GitLabError
from components.rotation.renewal import handler
from components.rotation.renewal.renew import RenewalError
from components.rotation.secret import TokenError

_PLAN = plan_of(target("acme/web"))


class _Context:
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def _printed(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    return json.loads(capsys.readouterr().out)["gitlab_ecr_renewal"]


def test_the_result_of_a_renewal_is_answered_and_printed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.json").write_text(plans.dumps(_PLAN))
    monkeypatch.setattr(handler, "_PLAN", tmp_path / "plan.json")
    runs: list[str] = []
    monkeypatch.setattr(handler, "renew", lambda *_, run: runs.append(run) or "nothing to renew")
    assert handler.handle({"fired_by": "schedule"}, _Context()) == {"done": "nothing to renew"}
    assert _printed(capsys) == {"done": "nothing to renew"}
    assert runs == ["request-1"]


def test_an_event_may_only_say_who_fired_it() -> None:
    with pytest.raises(ValueError, match="event: write"):
        handler.handle({"fired_by": "schedule", "secret": "another"}, _Context())


@pytest.mark.parametrize(
    "error",
    [RenewalError("not now"), GitLabError("not now"), AwsError("AccessDenied", "not now"), TokenError("not now")],
)
def test_why_a_token_was_not_renewed_is_raised_and_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    def fails(*_: object, run: str) -> str:
        raise error

    monkeypatch.setattr(handler, "renew", fails)
    with pytest.raises(handler.RenewalFailedError) as raised:
        handler.run(_PLAN, 60, run_id="run-1")
    assert str(raised.value).endswith("not now")
    assert _printed(capsys) == {"failed": str(error)}


def test_an_error_that_nobody_expected_names_its_place_and_shows_no_token(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object, run: str) -> str:
        raise RuntimeError("glpat-fake-0000")

    monkeypatch.setattr(handler, "renew", fails)
    with pytest.raises(handler.RenewalFailedError, match="RuntimeError") as raised:
        handler.run(_PLAN, 60, run_id="run-1")
    assert "glpat" not in str(raised.value) + capsys.readouterr().out


def test_a_renewal_that_takes_too_long_is_left_to_the_next_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = threading.Event()
    monkeypatch.setattr(handler, "renew", lambda *_, **__: str(ended.wait(20)))
    with pytest.raises(handler.RenewalFailedError, match="did not end in time; the next run continues"):
        handler.run(_PLAN, 5.1, run_id="run-1")
    ended.set()
    assert "failed" in _printed(capsys)


def test_a_plan_without_gitlab_has_no_token() -> None:
    with pytest.raises(handler.RenewalFailedError, match="the plan has no GitLab"):
        handler.run(replace(_PLAN, gitlab=None), 60, run_id="run-1")

"""`rotate --bucket` where GitLab does not do what it is asked."""

from typing import Any

import pytest
from plans import plan_of
from scripted_gitlab import DOWN, ScriptedGitLab

from components.cli import pipeline_schedule
from components.cli.errors import CliError
from components.cli.plan_source import Source

SCHEDULES = "projects/acme/rotation/pipeline_schedules"


def refused(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> str:
    """The error of a start that GitLab answers so."""
    monkeypatch.setattr(Source, "plan", lambda _: plan_of())
    monkeypatch.setattr(pipeline_schedule, "notes_of_bucket", lambda _: {"gitlab-project": "acme/rotation"})
    monkeypatch.setattr(pipeline_schedule, "gitlab_http", lambda _: ScriptedGitLab(answers))
    with pytest.raises(CliError) as error:
        pipeline_schedule.play(Source(None, None, "fake-123456789012"))
    return error.value.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (DOWN, "GitLab is unreachable for {path}; try again, and check the URL and the network"),
        (500, "GitLab answered 500 for {path}; try again, and check the URL and the network"),
        (401, "GitLab answered 401 for {path}: GITLAB_TOKEN is not a valid token of this instance; create a new one"),
        (404, "GitLab answered 404 for {path}: it does not exist, or GITLAB_TOKEN may not see it; use a Maintainer's"),
    ],
)
def test_a_gitlab_that_does_not_show_the_schedules_is_named(
    monkeypatch: pytest.MonkeyPatch, answer: Any, words: str
) -> None:
    found = refused(monkeypatch, {SCHEDULES: answer})
    path = "projects/acme%2Frotation/pipeline_schedules"
    assert found.startswith(f"gitlab.example.com: {words.format(path=path)}")


def test_after_a_start_without_an_answer_the_pipelines_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    found = refused(monkeypatch, {SCHEDULES: [{"id": 7, "description": "fake-rotator"}], f"{SCHEDULES}/7/play": DOWN})
    assert found == (
        "gitlab.example.com: no answer in time, so it is unknown whether the schedule fake-rotator started; see "
        "https://gitlab.example.com/acme/rotation/-/pipelines?source=schedule before you try again"
    )


def test_another_schedule_of_the_project_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    found = refused(monkeypatch, {SCHEDULES: [{"id": 7, "description": "nightly"}]})
    assert found == "acme/rotation: has no pipeline schedule fake-rotator; run `pulumi up`, which creates it"

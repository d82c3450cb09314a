"""What GitLab keeps about a runner."""

from typing import Any

import pytest
from runner_args import runner_args

from components.names.locations import MistakesError
from components.runner.registration import registration


def test_a_runner_without_tags_runs_untagged_jobs_and_one_with_tags_does_not() -> None:
    assert registration(runner_args({}))["untagged"] is True
    assert registration(runner_args({"tags": ["docker"]}))["untagged"] is False
    assert registration(runner_args({"tags": ["docker"], "run_untagged": True}))["untagged"] is True


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"group_id": 1, "project_id": 2}, "runner: got group_id and project_id"),
        (
            {"project_id": "a/b"},
            "runner.project_id: got 'a/b'; write the number that GitLab shows on the project's page",
        ),
        ({"group_id": True}, "runner.group_id: got true"),
        ({"group_id": 0}, "runner.group_id: got 0"),
        ({"run_untagged": False}, "runner.run_untagged: got false without tags"),
        ({"tags": ["a,b"]}, "runner.tags[0]: got 'a,b'"),
        ({"maximum_timeout": 599}, "runner.maximum_timeout: got 599"),
        ({"maintenance_note": "x" * 1025}, "runner.maintenance_note: got 1025 characters"),
    ],
)
def test_a_registration_that_gitlab_would_refuse_is_refused_in_the_preview(
    declared: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=r"^runner") as caught:
        registration(runner_args(declared))
    assert message in str(caught.value)


def test_all_mistakes_are_reported_at_once() -> None:
    declared = {
        "group_id": 0,
        "project_id": 2,
        "tags": ["a,b", ""],
        "maximum_timeout": 1,
        "maintenance_note": "x" * 1025,
    }
    with pytest.raises(MistakesError) as caught:
        registration(runner_args(declared))
    assert [mistake.path for mistake in caught.value.mistakes] == [
        ("runner",),
        ("runner", "group_id"),
        ("runner", "tags", 0),
        ("runner", "tags", 1),
        ("runner", "maximum_timeout"),
        ("runner", "maintenance_note"),
    ]

"""`gitlab-ecr check --stack` finds what was deleted by hand, before an `up` or a destroy fails because of it."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from scripted_gitlab import scripted_api

from components.cli.errors import CliError
from components.cli.gitlab_api import GitLabApi, http_client
from components.cli.stack_state import in_gitlab
from components.rotation.secret import Secret
from rehearsal.gitlab.emulator import GitLab

APP = "acme/platform/app"
RUNNER, SCHEDULE = "gitlab:index/userRunner:UserRunner", "gitlab:index/pipelineSchedule:PipelineSchedule"
URN = "urn:pulumi:prod::gitlab-ecr::"


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.start() as running:
        running.create_project(APP)
        yield running


@pytest.fixture
def api(gitlab: GitLab) -> GitLabApi:
    return GitLabApi(gitlab.url, Secret(gitlab.create_token("t", ["api"], user="root")), http_client(allow_http=True))


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A `pulumi` that prints a state, or fails."""

    def put(printed: str, code: int = 0, words: str = "") -> None:
        program = tmp_path / "pulumi"
        (tmp_path / "state").write_text(printed)
        program.write_text(f'#!/bin/sh\necho "{words}" >&2\ncat {tmp_path}/state\nexit {code}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return put


def state(*resources: tuple[str, str, str], **more: Any) -> str:
    found = [{"type": type_, "urn": f"{URN}{type_}::{name}", "id": id_, **more} for type_, name, id_ in resources]
    other = {"type": "aws:iam/role:Role", "urn": f"{URN}aws:iam/role:Role::a", "id": "a"}
    return json.dumps({"version": 3, "deployment": {"resources": [other, *found]}})


def made(gitlab: GitLab) -> tuple[str, str]:
    """The ids of a runner and a schedule that are there."""
    token = gitlab.create_token("maker", ["api"], user="root")
    with urllib3.PoolManager() as pool:

        def post(path: str, **body: Any) -> Any:
            headers = {"PRIVATE-TOKEN": token}
            return pool.request("POST", f"{gitlab.url}/api/v4/{path}", json=body, headers=headers).json()["id"]

        runner = post("user/runners", runner_type="instance_type")
        place = "projects/acme%2Fplatform%2Fapp/pipeline_schedules"
        schedule = post(place, description="a", ref="main", cron="0 * * * *")
        asleep = post(place, description="b", ref="main", cron="0 * * * *", active=False)
    return str(runner), f"{APP}:{schedule}|{APP}:{asleep}"


def test_existing_resources_pass_and_those_deleted_by_hand_are_named(
    gitlab: GitLab, api: GitLabApi, pulumi: Callable[..., None]
) -> None:
    runner, schedules = made(gitlab)
    schedule, asleep = schedules.split("|")
    pulumi(
        state(
            (RUNNER, "docker", runner),
            (RUNNER, "gone", "4711"),
            (SCHEDULE, "rotation", schedule),
            (SCHEDULE, "asleep", asleep),
            (SCHEDULE, "lost", f"{APP}:4711"),
        )
    )
    by_hand = "it is in the state but not in GitLab: somebody deleted it; `pulumi up --refresh` creates it again"
    assert {row["target"]: row["found"] for row in in_gitlab("prod", api)} == {
        "runner docker": "",
        "runner gone": by_hand,
        "pipeline schedule rotation": "",
        "pipeline schedule asleep": "it is inactive, so nothing rotates; `pulumi up --refresh` activates it again",
        "pipeline schedule lost": by_hand,
    }


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (500, "not checked: GitLab answered 500 for projects/acme%2Fplatform%2Fapp/pipeline_schedules/7"),
        (403, "not checked: GitLab answered 403 for projects/acme%2Fplatform%2Fapp/pipeline_schedules/7"),
        (
            {"active": True, "owner": {"username": "jo", "state": "blocked"}},
            "its owner, jo, is not active, so no pipeline starts; take ownership on its page in GitLab",
        ),
        (
            {"active": True, "owner": None},
            "it has no owner, so no pipeline starts; take ownership on its page in GitLab",
        ),
    ],
)
def test_a_schedule_that_cannot_run_or_be_read_is_not_well(pulumi: Callable[..., None], found: Any, words: str) -> None:
    pulumi(state((SCHEDULE, "rotation", f"{APP}:7")))
    gitlab = scripted_api({f"projects/{APP}/pipeline_schedules/7": found})
    assert in_gitlab("prod", gitlab) == [{"target": "pipeline schedule rotation", "ok": False, "found": words}]


def test_resources_being_replaced_and_an_empty_state_count_as_nothing(
    api: GitLabApi, pulumi: Callable[..., None]
) -> None:
    for printed in (state((RUNNER, "old", "4711"), delete=True), '{"version": 3, "deployment": {}}', "[]"):
        pulumi(printed)
        assert in_gitlab("prod", api) == []


@pytest.mark.parametrize(
    ("printed", "code", "words", "expected"),
    [
        (
            "",
            255,
            "error: no stack named 'prod' found",
            "`pulumi stack export` ended with 255: error: no stack named 'prod' found",
        ),
        ("no state", 0, "", "`pulumi stack export` printed no JSON"),
    ],
)
def test_a_pulumi_that_does_not_show_the_state_is_an_error_of_one_line(
    api: GitLabApi, pulumi: Callable[..., None], *, printed: str, code: int, words: str, expected: str
) -> None:
    pulumi(printed, code, words)
    with pytest.raises(CliError, match=f"--stack prod: {expected}"):
        in_gitlab("prod", api)


def test_without_pulumi_the_error_says_so(api: GitLabApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CliError, match="--stack prod: there is no pulumi on PATH"):
        in_gitlab("prod", api)

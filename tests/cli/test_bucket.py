"""`--bucket`: the commands with a rotator that runs in GitLab."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from deployed import deployed
from pages import own_commands

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode
from components.cli.plan_source import Source
from rehearsal.rehearsal import Rehearsal
from rehearsal.world import World

WEB, PROJECT, KEY = "acme/frontend/web", "acme/registry-access", "DOCKER_AUTH_CONFIG"
NAME = "gitlab-ecr-gitlab-rotator"
BUCKET = ("--bucket", f"{NAME}-123456789012")
SCHEDULES = f"projects/{PROJECT.replace('/', '%2F')}/pipeline_schedules"


@pytest.fixture(scope="module")
def rehearsed() -> Iterator[Rehearsal]:
    with deployed(Path(__file__).parents[1] / "data" / "Pulumi.gitlab.yaml") as running:
        yield running


@pytest.fixture
def at_home(rehearsed: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> World:
    world = rehearsed.world
    for name, value in {**world.administrator(), "GITLAB_TOKEN": world.administrator_token}.items():
        monkeypatch.setenv(name, value)
    return world


def _schedule(world: World) -> dict[str, Any]:
    found = world.gitlab_api("GET", SCHEDULES, {})[1]
    number = next(each["id"] for each in found if each["description"] == NAME)
    return world.gitlab_api("GET", f"{SCHEDULES}/{number}", {})[1]


@pytest.mark.parametrize("words", [words for words in own_commands() if "--bucket" in words], ids=" ".join)
def test_a_command_of_a_page_works(at_home: World, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(at_home.rotator_token))
    bucket = {"gitlab-ecr-prod-rotator-123456789012": BUCKET[1]}
    assert main([bucket.get(word, word) for word in words]) == ExitCode.OK


def test_status_reads_the_plan_from_the_bucket_and_looks_for_no_log(
    at_home: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", *BUCKET, "--json"]) == ExitCode.OK
    message = capsys.readouterr()
    rows = {row["target"]: row for row in json.loads(message.out)}
    assert rows[f"project {WEB} {KEY}"]["health"] == "good"
    assert "last rotation unknown" not in message.err


def test_check_takes_the_bucket_from_the_environment(
    at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITLAB_ECR_BUCKET", BUCKET[1])
    main(["check", "--json"])
    rows = {row["target"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows[f"project {WEB} {KEY}"]["ok"]


@pytest.mark.usefixtures("at_home")
def test_an_option_takes_precedence_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITLAB_ECR_ROTATOR", "a-function-that-is-not-there")
    assert main(["status", *BUCKET]) == ExitCode.OK


def test_a_bucket_and_a_function_together_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", *BUCKET, "--function", "another"]) == ExitCode.USAGE
    assert "write one" in capsys.readouterr().err


def test_rotate_starts_the_schedule_once_and_says_where_to_look(
    at_home: World, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _schedule(at_home)["last_pipeline"]
    assert main(["rotate", *BUCKET, "--json"]) == ExitCode.OK
    url = f"https://gitlab.example.com/{PROJECT}/-/pipelines?source=schedule"
    assert json.loads(capsys.readouterr().out) == {
        "ok": None,
        "waiting": None,
        "targets": {},
        "access_keys": {},
        "failures": [],
        "notes": [f"started the schedule {NAME}; for the result, see its pipeline: {url}"],
    }
    started = _schedule(at_home)["last_pipeline"]
    assert started != before
    assert (started["ref"], started["status"]) == ("refs/heads/main", "pending")


def test_forget_finds_the_plan_there_too(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget", "project", WEB, *BUCKET]) == ExitCode.FAILED
    assert "it is still in the plan" in " ".join(capsys.readouterr().err.split())


def test_a_token_that_may_not_start_it_gets_a_message_about_what_it_needs(
    at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    token = at_home.gitlab.create_token("reader", ["read_api"], project=PROJECT)
    monkeypatch.setenv("GITLAB_TOKEN", token)
    assert main(["rotate", *BUCKET]) == ExitCode.FAILED
    assert "GitLab answered 403 to the start of the schedule" in " ".join(capsys.readouterr().err.split())


@pytest.fixture
def without_variables(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A bucket whose plan writes secrets only, with the notes that its stack made."""
    notes = {"gitlab-project": PROJECT, "gitlab-url": "https://gitlab.example.com"}
    whole = Source.plan
    monkeypatch.setattr(Source, "plan", lambda self: replace(whole(self), gitlab=None, targets=(), key_users=()))
    monkeypatch.setattr("components.cli.pipeline_schedule.notes_of_bucket", lambda _: notes)
    return notes


def test_rotate_finds_the_schedule_of_a_stack_that_writes_no_variable(
    at_home: World, without_variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = _schedule(at_home)["last_pipeline"]
    assert without_variables["gitlab-url"]
    assert main(["rotate", *BUCKET]) == ExitCode.OK
    assert "https://gitlab.example.com" in capsys.readouterr().out
    assert _schedule(at_home)["last_pipeline"] != before


@pytest.mark.parametrize("url", ["", "http://gitlab.example.com", "https://person:secret@gitlab.example.com"])
@pytest.mark.usefixtures("at_home")
def test_without_a_good_instance_in_the_bucket_no_token_is_sent(
    without_variables: dict[str, str], url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("asked a GitLab")

    monkeypatch.setattr("components.rotation.http.PooledHttp.request", refuse)
    without_variables["gitlab-url"] = url
    assert main(["rotate", *BUCKET]) == ExitCode.FAILED
    said = " ".join(capsys.readouterr().err.split())
    assert f"--bucket {BUCKET[1]}" in said
    assert "person" not in said
    assert ("run `pulumi up`" in said) is (url == "")


def test_a_missing_schedule_and_an_invalid_bucket_are_named(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    number = _schedule(at_home)["id"]
    at_home.gitlab_api("DELETE", f"{SCHEDULES}/{number}", {})
    assert main(["rotate", *BUCKET]) == ExitCode.FAILED
    assert f"{PROJECT}: has no pipeline schedule {NAME}; run `pulumi up`" in " ".join(capsys.readouterr().err.split())
    assert main(["status", "--bucket", "nothing-123456789012"]) == ExitCode.FAILED
    assert "--bucket nothing-123456789012, owned by the account 123456789012: NoSuchBucket" in capsys.readouterr().err

"""The rotator in GitLab, end to end: a signed token, the template's own lines, a pull, and who is refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from deployed import deployed

from components.contract.metric_names import NAMESPACE
from rehearsal import command_line, jobs, sessions
from rehearsal.command_line import CommandRun
from rehearsal.namespaces import FOREIGN_HOST
from rehearsal.rehearsal import Rehearsal
from rehearsal.rotations import RotationError
from rehearsal.scheduled_jobs import ScheduledJobs
from rehearsal.world import World
from rehearsal.wrong import RehearsalError

STACK_FILE = Path(__file__).parents[1] / "data" / "Pulumi.gitlab.yaml"
PROJECT, URL = "acme/registry-access", "https://gitlab.example.com"
PREFIX = "gitlab-ecr-gitlab"
ROLE = f"arn:aws:iam::123456789012:role/{PREFIX}/{PREFIX}-rotator"
BUCKET = f"{PREFIX}-rotator-123456789012"
WEB, BACKEND = "acme/frontend/web", "acme/backend"


@pytest.fixture(scope="module")
def logs() -> list[str]:
    """What each job of this module's rehearsal printed."""
    return []


@pytest.fixture(scope="module")
def rehearsed(logs: list[str]) -> Iterator[Rehearsal]:
    run = jobs.run

    def noted(*arguments: Any) -> dict[str, CompletedProcess[str]]:
        done = run(*arguments)
        logs.extend(each.stdout + each.stderr for each in done.values())
        return done

    with mock.patch.object(jobs, "run", noted), deployed(STACK_FILE) as running:
        yield running


@pytest.fixture
def world(rehearsed: Rehearsal) -> World:
    return rehearsed.world


def _auths(world: World, kind: str, path: str) -> dict[str, Any]:
    record = world.gitlab.variable(kind, path, "DOCKER_AUTH_CONFIG")
    assert record is not None
    return json.loads(record["value"])["auths"]


def test_the_first_job_publishes_every_variable_and_keeps_what_others_wrote(rehearsed: Rehearsal) -> None:
    (report,) = rehearsed.findings.rotations
    assert (report["fired_by"], report["ok"]) == ("schedule", True)
    assert {target["status"] for target in report["targets"]} == {"published"}
    assert set(_auths(rehearsed.world, "group", BACKEND)) == {rehearsed.world.registry_host}
    assert set(_auths(rehearsed.world, "project", WEB)) == {rehearsed.world.registry_host, FOREIGN_HOST}


def test_nothing_of_the_rotator_runs_in_lambda(rehearsed: Rehearsal) -> None:
    types = {resource.type for resource in rehearsed.findings.program.resources}
    assert [type_ for type_ in types if type_.startswith(("aws:lambda/", "aws:scheduler/", "aws:sqs/"))] == []
    assert rehearsed.findings.program.outputs["rotator"] == BUCKET
    assert jobs.NOT_REHEARSED in rehearsed.findings.not_rehearsed


def test_cloudwatch_has_the_metrics_that_the_alarms_look_at(world: World) -> None:
    found = world.aws("cloudwatch").list_metrics(Namespace=NAMESPACE)["Metrics"]
    assert {metric["MetricName"] for metric in found} >= {"RotationSuccess", "TokenSecondsRemaining", "TargetsFailed"}
    watched = world.aws("cloudwatch").describe_alarms()["MetricAlarms"]
    dimensions = {json.dumps(alarm["Dimensions"]) for alarm in watched if alarm["Namespace"] == NAMESPACE}
    assert {json.dumps(metric["Dimensions"]) for metric in found} == dimensions


@pytest.mark.parametrize(
    ("project", "aud", "ref"),
    [
        (WEB, URL, "main"),
        (PROJECT, "https://other.example", "main"),
        (PROJECT, URL, "feature"),
    ],
)
def test_another_job_does_not_get_the_role(world: World, project: str, aud: str, ref: str) -> None:
    token = world.gitlab.issue_id_token(project, aud=aud, ref=ref, pipeline_source="schedule")
    with pytest.raises(ClientError, match="AccessDenied"):
        sessions.of_job(world, ROLE, token)


def test_the_jobs_role_reads_its_one_object_and_no_other(world: World) -> None:
    keys = sessions.of_job(world, ROLE, world.gitlab.issue_id_token(PROJECT, aud=URL))
    with world.cloud.client_of("s3", keys) as s3, world.cloud.client_of("cloudwatch", keys) as cloudwatch:
        assert s3.get_object(Bucket=BUCKET, Key="rotator.zip")["Body"].read()[:2] == b"PK"
        for attempt in (
            lambda: s3.get_object(Bucket=BUCKET, Key="another"),
            lambda: s3.put_object(Bucket=BUCKET, Key="rotator.zip", Body=b"mine"),
            lambda: s3.list_objects_v2(Bucket=BUCKET),
            lambda: cloudwatch.put_metric_data(Namespace="Other", MetricData=[{"MetricName": "a", "Value": 1}]),
        ):
            with pytest.raises(ClientError, match="AccessDenied"):
                attempt()


def test_a_job_of_another_project_stops_at_aws_and_writes_nothing(world: World) -> None:
    template = jobs.template_jobs({"prefix": PREFIX, "account": "123456789012", "region": "eu-central-1"})
    world.gitlab.protect_branch(WEB, "main")
    before = _auths(world, "project", WEB)
    done = jobs.run(world, jobs.Pipeline(WEB, "main", f"{PREFIX}-rotator"), template)[f"{PREFIX}-rotator"]
    assert done.returncode != 0
    assert "AccessDenied" in done.stderr
    assert _auths(world, "project", WEB) == before


def test_a_pipeline_of_another_schedule_runs_no_job(world: World) -> None:
    template = jobs.template_jobs({"prefix": PREFIX, "account": "123456789012", "region": "eu-central-1"})
    assert jobs.run(world, jobs.Pipeline(PROJECT, "main", "nightly"), template) == {}


def test_no_secret_is_in_a_jobs_log(rehearsed: Rehearsal, logs: list[str]) -> None:
    world = rehearsed.world
    tokens = {entry["auth"] for entry in _auths(world, "group", BACKEND).values()}
    assert tokens
    assert any('"gitlab_ecr_report"' in log and '"published"' in log for log in logs)
    assert [secret[:6] for secret in {world.rotator_token, *tokens} for log in logs if secret in log] == []


def test_images_are_pulled_with_what_the_job_published(rehearsed: Rehearsal) -> None:
    rehearsed.pull()
    allowed = {(cell.consumer, cell.repository) for cell in rehearsed.findings.pulls if cell.actual == "allowed"}
    assert allowed == {(BACKEND, "ci/node"), (BACKEND, "ci/python"), (WEB, "ci/node")}


def test_the_other_job_renews_the_gitlab_token_and_the_next_rotation_uses_it(rehearsed: Rehearsal) -> None:
    rehearsed.renew()
    assert rehearsed.findings.renewal is not None
    assert "was renewed" in rehearsed.findings.renewal.outcome


def test_a_broken_target_keeps_no_other_from_its_token_and_the_command_line_starts_the_schedule(
    rehearsed: Rehearsal,
) -> None:
    rehearsed.break_and_mend()
    assert [attempt.exit_code for attempt in rehearsed.findings.faults] == [1, 1, 0]
    assert {attempt.command for attempt in rehearsed.findings.faults} == {f"gitlab-ecr rotate --bucket {BUCKET}"}
    url = f"{URL}/{PROJECT}/-/pipelines?source=schedule"
    started = f"started the schedule {PREFIX}-rotator; for the result, see its pipeline: {url}"
    assert all(started in attempt.output for attempt in rehearsed.findings.faults)


def test_a_dead_gitlab_token_fails_the_job_and_is_named(rehearsed: Rehearsal) -> None:
    """The last one: nothing of the stack works any more."""
    rehearsed.world.gitlab.revoke_token("rotator")
    with pytest.raises(RehearsalError, match=f"group {BACKEND} DOCKER_AUTH_CONFIG: .*401"):
        rehearsed.let_time_pass()


def _watched(monkeypatch: pytest.MonkeyPatch, done: dict[str, Any], exit_code: int = 0) -> ScheduledJobs:
    """A rotator in GitLab whose commands and jobs end so."""
    words = CommandRun("gitlab-ecr", exit_code, ["no such schedule"])
    monkeypatch.setattr(command_line, "run", lambda *_, **__: words)
    monkeypatch.setattr(jobs, "run", lambda *_: done)
    watched = object.__new__(ScheduledJobs)
    world = SimpleNamespace(gitlab=SimpleNamespace())
    watched.__dict__.update(
        _world=world, _project=PROJECT, _branch="main", _description="rotator", _bucket=BUCKET, _jobs={}, reports=[]
    )
    return watched


def test_a_command_that_fails_ends_the_rehearsal_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = _watched(monkeypatch, {}, exit_code=3)
    for step in (watched.by_hand, lambda: watched.store_token("glpat-fake-0000")):
        with pytest.raises(RotationError, match=r"^gitlab-ecr: exit code 3\nno such schedule$"):
            step()


@pytest.mark.parametrize(
    ("done", "words"),
    [
        ({}, "the schedule rotator started no job, not the job of its name"),
        ({"other": None}, r"the schedule rotator started \['other'\], not the job of its name"),
        ({"rotator": CompletedProcess([], 1, "", "")}, "the job rotator failed: without a word"),
        ({"rotator": CompletedProcess([], 1, "first\nlast\n", "")}, "the job rotator failed: last"),
        ({"rotator": CompletedProcess([], 1, "out", "a\nno role\n")}, "the job rotator failed: no role"),
    ],
)
def test_a_schedule_that_starts_another_job_or_one_that_fails_is_named(
    monkeypatch: pytest.MonkeyPatch, done: dict[str, Any], words: str
) -> None:
    with pytest.raises(RotationError, match=f"^{words}$"):
        _watched(monkeypatch, done).by_hand()


def test_a_job_without_a_report_is_named_even_if_it_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = _watched(monkeypatch, {"rotator": CompletedProcess([], 0, "nothing to report\n", "")})
    with pytest.raises(RotationError, match=r"^the job rotator left no report$"):
        watched.by_hand()

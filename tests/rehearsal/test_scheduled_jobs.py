"""The rotator in GitLab, end to end: a signed token, the template's own lines, a pull, and who is refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from deployed import deployed

from components.contract.metric_names import NAMESPACE
from rehearsal import jobs, sessions
from rehearsal.namespaces import FOREIGN_HOST
from rehearsal.rehearsal import Rehearsal
from rehearsal.world import World
from rehearsal.wrong import RehearsalError

STACK_FILE = Path(__file__).parents[1] / "data" / "Pulumi.gitlab.yaml"
PROJECT, URL = "acme/registry-access", "https://gitlab.example.com"
PREFIX = "gitlab-ecr-gitlab"
ROLE = f"arn:aws:iam::123456789012:role/{PREFIX}/{PREFIX}-rotator"
BUCKET = f"{PREFIX}-rotator-123456789012"
WEB, BACKEND = "acme/frontend/web", "acme/backend"


@pytest.fixture(scope="module")
def rehearsed() -> Iterator[Rehearsal]:
    with deployed(STACK_FILE) as running:
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


def test_no_secret_is_in_a_jobs_log(rehearsed: Rehearsal) -> None:
    world = rehearsed.world
    template = jobs.template_jobs({"prefix": PREFIX, "account": "123456789012", "region": "eu-central-1"})
    done = jobs.run(world, jobs.Pipeline(PROJECT, "main", f"{PREFIX}-rotator"), template)[f"{PREFIX}-rotator"]
    secrets = {world.rotator_token, *(entry["auth"] for entry in _auths(world, "group", BACKEND).values())}
    assert done.returncode == 0
    assert [secret[:6] for secret in secrets if secret in done.stdout + done.stderr] == []


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

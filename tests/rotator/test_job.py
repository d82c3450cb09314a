"""The rotator in GitLab: no function anywhere, roles for one project's scheduled jobs, code in a private bucket."""

import base64
import io
import json
import zipfile
from dataclasses import replace
from functools import cache
from typing import Any

import pulumi
import pytest
from plans import FLAGS, plan_of, target
from policy_evaluator import Request, allowed
from policy_linter import lint
from recording import recording
from rotator_args import ARGS, made
from rotator_rights import ROTATION

from components.contract import plan
from components.rotator import code_zip as rotator_zip
from components.rotator.args import RotationBackend
from validation.recorder import Recorder

_IN_GITLAB: dict[str, Any] = {
    "backend": RotationBackend.GITLAB,
    "job": {"project": "acme/access"},
    "issuer": {"url": "https://gitlab.example.com"},
}
_GITLAB_COM: dict[str, Any] = {"issuer": {}, "job": {"project": "acme/access", "id": 42, "namespace_id": 7}}
_ROLE, _POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
_SCHEDULE, _ALARM = "gitlab:index/pipelineSchedule:PipelineSchedule", "aws:cloudwatch/metricAlarm:MetricAlarm"
_BUCKET = "gitlab-ecr-rotator-123456789012"


def _made(recorder: Recorder, **changes: Any) -> Recorder:
    return made(recorder, **{**_IN_GITLAB, **changes})


@cache  # the tests only read it
def _rotator() -> Recorder:
    with recording() as recorder:
        return _made(recorder)


@cache
def _rotator_of_gitlab_com() -> Recorder:
    with recording() as recorder:
        return _made(recorder, **_GITLAB_COM)


def _statements(recorder: Recorder, key: str) -> dict[str, dict[str, Any]]:
    policy = json.loads(recorder.one(_POLICY, f"rotator-{key}-role").inputs["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_the_component_creates_these_resources_and_no_others() -> None:
    recorder = _rotator()
    found: dict[str, int] = {}
    for resource in recorder.resources:
        found[resource.type] = found.get(resource.type, 0) + 1
        assert resource.parent == ("" if resource.name == "rotator" else "rotator")
    bucket = "BucketServerSideEncryptionConfiguration"
    assert found == {
        "gitlab-ecr:index:Rotator": 1, "aws:secretsmanager/secret:Secret": 1, _ROLE: 2, _POLICY: 2, _SCHEDULE: 2,
        "aws:s3/bucket:Bucket": 1, "aws:s3/bucketVersioning:BucketVersioning": 1,
        f"aws:s3/bucket{bucket[6:]}:{bucket}": 1, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": 1,
        "aws:s3/bucketPolicy:BucketPolicy": 1, "aws:s3/bucketObjectv2:BucketObjectv2": 1,
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 1,
        "aws:sns/topic:Topic": 1, _ALARM: 6, "aws:cloudwatch/dashboard:Dashboard": 1,
    }  # fmt: skip


def test_a_change_of_the_backend_keeps_the_secret_and_changes_the_roles_in_place(recorder: Recorder) -> None:
    kept = (_ROLE, _POLICY, "aws:secretsmanager/secret:Secret", _ALARM, "aws:sns/topic:Topic")

    def urns() -> set[tuple[str, str, str]]:
        found = {(r.type, r.name, str(r.inputs.get("name"))) for r in recorder.resources if r.type in kept}
        recorder.resources.clear()
        return found

    _made(recorder)
    in_gitlab = urns()
    _made(recorder, backend=None, job=None, issuer=None)
    assert in_gitlab < urns()


def test_the_schedules_run_by_the_clock_in_utc_on_the_full_ref(recorder: Recorder) -> None:
    _made(recorder, job={"project": "acme/access", "branch": "live"})
    schedules = {schedule.inputs["description"]: schedule for schedule in recorder.of_type(_SCHEDULE)}
    rotation, renewal = schedules["gitlab-ecr-rotator"], schedules["gitlab-ecr-token-renewal"]
    minute, rest = rotation.inputs["cron"].split(" ", 1)
    assert (rest, renewal.inputs["cron"]) == ("*/2 * * *", f"{minute} 3 * * *")
    for schedule in schedules.values():
        assert {key: value for key, value in schedule.inputs.items() if key not in ("cron", "description")} == {
            "project": "acme/access", "ref": "refs/heads/live", "cronTimezone": "UTC", "active": True,
        }  # fmt: skip
        # Taking a schedule over would ask GitLab for the current user in every preview; whoever creates one owns it.
        assert (schedule.replace_on_changes, schedule.delete_before_replace) == (("*",), False)
        assert "rotator-code" in schedule.dependencies
    assert "rotator-function-role" in rotation.dependencies
    assert "rotator-renewal-role" in renewal.dependencies


def test_the_rotation_has_its_rights_of_lambda_and_may_fetch_its_code_and_write_metrics() -> None:
    recorder = _rotator()
    statements = _statements(recorder, "function")
    assert {sid: (s["Action"], s["Resource"]) for sid, s in statements.items()} == {
        **ROTATION,
        "FetchCode": ("s3:GetObject", f"arn:aws:s3:::{_BUCKET}/rotator.zip"),
        "WriteMetrics": ("cloudwatch:PutMetricData", "*"),
    }
    assert statements["FetchCode"]["Condition"] == {"StringEquals": {"aws:ResourceAccount": "123456789012"}}
    assert statements["WriteMetrics"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "GitLabEcr"}}


def test_the_renewal_may_replace_its_token_and_fetch_its_code() -> None:
    recorder = _rotator()
    assert set(_statements(recorder, "renewal")) == {"RenewTokens", "FetchCode"}


def test_the_secrets_of_hidden_variables_are_readable(recorder: Recorder) -> None:
    hidden = target("acme/web", flags=replace(FLAGS, hidden=True), foreign="foreign/auths")
    _made(recorder, plan=plan.dumps(plan_of(hidden)))
    resources = _statements(recorder, "function")["ReadSecrets"]["Resource"]
    assert "arn:aws:secretsmanager:eu-central-1:123456789012:secret:foreign/auths-??????" in resources


def _assumes(trust: dict[str, Any], issuer: str, **claims: str) -> bool:
    provider = f"arn:aws:iam::123456789012:oidc-provider/{issuer}"
    context = {f"{issuer}:{claim}": value for claim, value in claims.items()}
    return allowed(Request(provider, "sts:AssumeRoleWithWebIdentity", "role", context), resource=trust)


def _trusts(recorder: Recorder) -> list[dict[str, Any]]:
    roles = recorder.of_type(_ROLE)
    assert len(roles) == 2
    return [json.loads(role.inputs["assumeRolePolicy"]) for role in roles]


_SUB = "project_path:acme/access:ref_type:branch:ref:main"


@pytest.mark.parametrize(
    ("changes", "admitted"),
    [
        ({}, True),
        ({"aud": "https://elsewhere.example"}, False),
        ({"sub": _SUB.replace("main", "feature")}, False),
        ({"sub": _SUB.replace("branch:ref", "tag:ref")}, False),
        ({"sub": _SUB.replace("acme/access", "acme/access2")}, False),
        ({"sub": _SUB.replace("acme/access", "evil/acme/access")}, False),
    ],
)
def test_only_one_branch_of_one_project_assumes_the_roles_on_a_self_managed_gitlab(
    changes: dict[str, str], admitted: bool
) -> None:
    url = "https://gitlab.example.com"
    for trust in _trusts(_rotator()):
        assert _assumes(trust, "gitlab.example.com", **({"aud": url, "sub": _SUB} | changes)) is admitted
        assert lint(trust) == []


@pytest.mark.parametrize(
    ("changes", "admitted"),
    [
        ({}, True),
        ({"ref_protected": "false"}, False),
        ({"pipeline_source": "push"}, False),
        ({"project_id": "43"}, False),
        ({"namespace_id": "8"}, False),
        ({"aud": "https://gitlab.example.com"}, False),
        ({"sub": _SUB.replace("main", "feature")}, False),
    ],
)
def test_only_scheduled_jobs_on_the_protected_branch_assume_the_roles_on_gitlab_com(
    changes: dict[str, str], admitted: bool
) -> None:
    job = {
        "aud": "https://gitlab.com", "sub": _SUB, "project_id": "42", "namespace_id": "7", "ref_protected": "true",
        "pipeline_source": "schedule",
    }  # fmt: skip
    for trust in _trusts(_rotator_of_gitlab_com()):
        assert _assumes(trust, "gitlab.com", **(job | changes)) is admitted
        assert lint(trust) == []


def test_the_bucket_is_private_encrypted_and_versioned_and_holds_the_same_zip() -> None:
    recorder = _rotator()
    assert recorder.one("aws:s3/bucket:Bucket").inputs == {"bucket": _BUCKET, "forceDestroy": True}
    block = recorder.one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    assert [value for value in block.values() if isinstance(value, bool)] == [True] * 4
    versioning = recorder.one("aws:s3/bucketVersioning:BucketVersioning").inputs
    assert versioning["versioningConfiguration"] == {"status": "Enabled"}
    policy = json.loads(recorder.one("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    held = recorder.one("aws:s3/bucketObjectv2:BucketObjectv2")
    assert (held.inputs["key"], held.inputs["metadata"]) == ("rotator.zip", {"gitlab-project": "acme/access"})
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(held.inputs["contentBase64"]))) as archive:
        assert set(archive.namelist()) == {*rotator_zip.code_files(), *rotator_zip.texts("{}")}
        assert archive.read("gitlab_ecr/plan.json").decode() == ARGS["plan"]


def test_the_alarms_that_use_the_rotators_own_metrics_remain() -> None:
    recorder = _rotator()
    alarms = {alarm.inputs["name"]: alarm.inputs for alarm in recorder.of_type(_ALARM)}
    assert {alarm["namespace"] for alarm in alarms.values()} == {"GitLabEcr"}
    assert alarms["gitlab-ecr-no-rotation"]["treatMissingData"] == "breaching"
    dashboard = json.loads(recorder.one("aws:cloudwatch/dashboard:Dashboard").inputs["dashboardBody"])
    assert [widget["type"] for widget in dashboard["widgets"]] == ["alarm", "metric", "metric", "metric"]


def test_up_reports_that_nothing_rotates_before_the_job_has_run(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    message: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, **_: message.append(text))
    _made(recorder)
    (text,) = message
    assert "acme/access includes templates/rotate.yml and its schedule gitlab-ecr-rotator has run" in text
    assert f"gitlab-ecr rotate --bucket {_BUCKET}" in text


def test_everything_is_known_in_the_first_preview(first_preview: Recorder) -> None:
    _made(first_preview)
    assert len(first_preview.resources) > 10
    for resource in first_preview.resources:
        unknown = [key for key, value in resource.inputs.items() if "UNKNOWN" in repr(value).upper()]
        # The role's and the bucket's own names order what belongs to them; everything else is computed.
        assert unknown in ([], ["role"], ["bucket"]), (resource.name, unknown)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"job": None}, r"^job: missing; .* write `job`: \{ project: acme/registry-access, branch: main \}"),
        ({"backend": None}, "^job: got settings of a GitLab job, but the rotator runs in Lambda; leave `job` out"),
        ({"vpc": {"subnet_ids": [], "security_group_ids": []}}, "^vpc: is of the backend lambda, .*; leave it out"),
        ({"reserved_concurrency": 1}, "^reserved_concurrency: is of the backend lambda"),
        ({"log_retention_days": 30}, "^log_retention_days: is of the backend lambda"),
        ({"interval": "5 hours", "tolerate_outage": "1 hour"}, "^interval: got 5 hours; .* 1, 2, 3, 4 or 6 hours"),
        ({"interval": "90 minutes"}, "^interval: got 90 minutes"),
        ({"job": {"project": "acme"}}, "^job.project: got 'acme'; write the full path"),
        ({"job": {"project": "acme/*"}}, r"^job.project: got 'acme/\*'"),
        ({"job": {"project": "acme/access", "branch": "release/*"}}, "^job.branch: .* write its name, such as main"),
        ({"issuer": None}, "^job.id: missing; write the number, which GitLab shows on the project's page"),
        ({**_GITLAB_COM, "job": {"project": "acme/access", "id": 42}}, "^job.namespace_id: missing; .* group's page"),
    ],
)
def test_arguments_that_cannot_work_are_refused_at_preview(
    recorder: Recorder, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        _made(recorder, **changes)
    assert not recorder.of_type(_SCHEDULE)

"""The rotator's resources: their inputs, rights and alerts."""

import json
from dataclasses import replace
from typing import Any

import pulumi
import pytest
from plans import FLAGS, plan_of, target
from pulumi.provider.experimental.component import ComponentProvider
from rotator_args import ARGS, NAMES, PLAN, made, rotator
from rotator_rights import ROTATION
from scripted_iam import key_user

from components.contract import key_tags as iam_tags
from components.contract import plan
from components.rotator import code_zip as rotator_zip
from components.rotator.rotator import Rotator
from validation.recorder import Recorder, Registered

_FUNCTION, _SCHEDULE = "aws:lambda/function:Function", "aws:scheduler/schedule:Schedule"
_ALARM, _POLICY = "aws:cloudwatch/metricAlarm:MetricAlarm", "aws:iam/rolePolicy:RolePolicy"
_DEAD_LETTERS = "arn:aws:sqs:eu-central-1:123456789012:gitlab-ecr-rotator-dead-letters"
_TOPIC = "arn:aws:sns:eu-central-1:123456789012:gitlab-ecr-alarms"


def _statements(recorder: Recorder, name: str) -> dict[str, dict[str, Any]]:
    policy = json.loads(recorder.one(_POLICY, name).inputs["policy"])
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_the_component_creates_these_resources_and_no_others() -> None:
    recorder = rotator()
    found: dict[str, int] = {}
    for resource in recorder.resources:
        found[resource.type] = found.get(resource.type, 0) + 1
        assert resource.parent == ("" if resource.name == "rotator" else "rotator")
    assert found == {
        "gitlab-ecr:index:Rotator": 1, "aws:secretsmanager/secret:Secret": 1, "aws:sqs/queue:Queue": 1,
        "aws:cloudwatch/logGroup:LogGroup": 2, "aws:iam/role:Role": 4, _POLICY: 4, _FUNCTION: 2,
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": 2,
        "aws:scheduler/scheduleGroup:ScheduleGroup": 2, _SCHEDULE: 2, "aws:sns/topic:Topic": 1, _ALARM: 7,
        "aws:cloudwatch/dashboard:Dashboard": 1, "aws:lambda/invocation:Invocation": 1,
    }  # fmt: skip


def test_the_rotation_has_these_rights_and_no_others() -> None:
    recorder = rotator()
    statements = _statements(recorder, "rotator-function-role")
    assert {sid: (s["Action"], s["Resource"]) for sid, s in statements.items()} == {
        **ROTATION,
        "WriteOwnLog": (
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/gitlab-ecr-rotator:*",
        ),
        "LeaveDeadLetters": ("sqs:SendMessage", _DEAD_LETTERS),
    }


def test_the_rotation_may_change_the_access_keys_of_the_declared_users_and_of_no_others(recorder: Recorder) -> None:
    users = tuple(
        key_user(f"acme/{name}", user=NAMES.pull_user_name(name), arn=NAMES.pull_user_arn(name)) for name in ("a", "b")
    )
    made(recorder, plan=plan.dumps(replace(PLAN, key_users=users)))
    statements = _statements(recorder, "rotator-function-role")
    arns = [NAMES.pull_user_arn("a"), NAMES.pull_user_arn("b")]
    assert {sid: s["Resource"] for sid, s in statements.items() if "Key" in sid} == {
        "ChangeAccessKeys": arns,
        "WriteKeyRecord": arns,
    }
    assert statements["WriteKeyRecord"]["Action"] == "iam:TagUser"
    assert statements["WriteKeyRecord"]["Condition"] == {
        "ForAllValues:StringEquals": {"aws:TagKeys": list(iam_tags.ALL)}
    }
    assert not any("Key" in sid for sid in _statements(recorder, "rotator-renewal-role"))


def test_the_renewal_may_replace_its_token_and_assumes_no_role() -> None:
    recorder = rotator()
    statements = _statements(recorder, "rotator-renewal-role")
    assert set(statements) == {"RenewTokens", "WriteOwnLog", "LeaveDeadLetters"}
    assert statements["RenewTokens"]["Action"] == [
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    ]
    assert statements["RenewTokens"]["Resource"].endswith(":secret:gitlab-ecr/gitlab-token-??????")


def test_the_name_of_a_deleted_token_secret_is_free_at_once() -> None:
    secret = rotator().one("aws:secretsmanager/secret:Secret", "rotator-gitlab-token")
    assert secret.inputs["name"] == NAMES.gitlab_token_secret
    assert secret.inputs["recoveryWindowInDays"] == 0


def test_the_secrets_of_hidden_variables_are_readable(recorder: Recorder) -> None:
    hidden = target("acme/web", flags=replace(FLAGS, hidden=True), foreign="foreign/auths")
    made(recorder, plan=plan.dumps(plan_of(hidden)))
    resources = _statements(recorder, "rotator-function-role")["ReadSecrets"]["Resource"]
    assert "arn:aws:secretsmanager:eu-central-1:123456789012:secret:foreign/auths-??????" in resources
    renewable = _statements(recorder, "rotator-renewal-role")["RenewTokens"]["Resource"]
    assert "foreign" not in json.dumps(renewable)


def test_secrets_for_jobs_are_empty_encrypted_as_declared_and_written_by_the_rotation_only(recorder: Recorder) -> None:
    key = NAMES.arn("kms", "key/11111111-2222-3333-4444-555555555555")
    secret = plan.SecretTarget(NAMES.audience_secret("backend"), "backend", key)
    made(recorder, plan=plan.dumps(replace(PLAN, secrets=(secret,))))
    made_secret = recorder.one("aws:secretsmanager/secret:Secret", "rotator-audience-backend")
    assert made_secret.inputs == {
        "name": "gitlab-ecr/audience/backend",
        "description": "Login of jobs, pull-only: audience backend",
        "kmsKeyId": key,
        "recoveryWindowInDays": 0,
    }
    statements = _statements(recorder, "rotator-function-role")
    pattern = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:gitlab-ecr/audience/*"
    written = {sid: (s["Action"], s["Resource"]) for sid, s in statements.items() if "Logins" in sid}
    assert written == {
        "WriteLogins": ("secretsmanager:PutSecretValue", pattern),
        "EncryptLogins": (["kms:Decrypt", "kms:GenerateDataKey"], key),
    }
    assert statements["EncryptLogins"]["Condition"] == {
        "StringEquals": {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:SecretARN": pattern},
    }
    assert "Logins" not in json.dumps(_statements(recorder, "rotator-renewal-role"))
    assert "rotator-audience-backend" in _function(recorder).dependencies


def _function(recorder: Recorder) -> Registered:
    return recorder.one(_FUNCTION, "rotator-function")


def test_the_function_waits_for_its_log_group_policy_secret_and_queue() -> None:
    recorder = rotator()
    function = _function(recorder)
    assert {"rotator-function-log", "rotator-function-role", "rotator-gitlab-token", "rotator-dead-letters"} <= set(
        function.dependencies
    )
    assert function.inputs["handler"] == "gitlab_ecr.rotation.handler.handle"
    assert recorder.one(_FUNCTION, "rotator-renewal").inputs["handler"] == (
        "gitlab_ecr.rotation.renewal.handler.handle"
    )
    assert "vpcConfig" not in function.inputs
    assert "reservedConcurrentExecutions" not in function.inputs
    assert "environment" not in function.inputs


def test_many_targets_get_more_time_within_lambdas_limit(recorder: Recorder) -> None:
    many = plan_of(*(target(f"acme/{number}") for number in range(3_000)), requests_per_second=30)
    made(recorder, plan=plan.dumps(many))
    assert _function(recorder).inputs["timeout"] == 500


def test_the_most_targets_stay_within_lambdas_limit(recorder: Recorder) -> None:
    most = plan_of(*(target(f"acme/{number}") for number in range(420)), requests_per_second=1)
    made(recorder, plan=plan.dumps(most))
    assert _function(recorder).inputs["timeout"] == 900


def test_a_vpc_adds_its_rights_and_up_names_the_endpoints_it_needs(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    message: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, **_: message.append(text))
    made(recorder, vpc={"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]})
    assert _function(recorder).inputs["vpcConfig"] == {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}
    for name in ("rotator-function-role", "rotator-renewal-role"):
        assert "ec2:CreateNetworkInterface" in _statements(recorder, name)["HaveNetworkInterfaces"]["Action"]
    (text,) = message
    assert text.startswith(
        "vpc: its subnets need a route to https://gitlab.example.com, and a NAT gateway or interface"
    )
    assert [word.rpartition(".")[2] for word in text.replace(",", "").split() if word.startswith("com.amazonaws")] == [
        "api", "dkr", "secretsmanager", "ssm", "sts",
    ]  # fmt: skip


def test_a_vpc_with_access_keys_needs_a_way_to_iam(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    message: list[str] = []
    monkeypatch.setattr(pulumi.log, "info", lambda text, **_: message.append(text))
    text = plan.dumps(replace(PLAN, key_users=(key_user(),)))
    made(recorder, plan=text, vpc={"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]})
    assert message[0].endswith("; access keys also need IAM, which only a NAT gateway reaches")


def test_concurrency_is_reserved_if_declared(recorder: Recorder) -> None:
    made(recorder, reserved_concurrency=1)
    assert _function(recorder).inputs["reservedConcurrentExecutions"] == 1


def test_an_event_that_cannot_be_delivered_or_handled_goes_to_the_dead_letters() -> None:
    recorder = rotator()
    for schedule in recorder.of_type(_SCHEDULE):
        sent = schedule.inputs["target"]
        assert sent["deadLetterConfig"] == {"arn": _DEAD_LETTERS}
        assert sent["retryPolicy"] == {"maximumEventAgeInSeconds": 3600, "maximumRetryAttempts": 10}
        assert json.loads(sent["input"]) == {"fired_by": "schedule"}
    for config in recorder.of_type("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"):
        assert config.inputs["maximumRetryAttempts"] == 2
        assert config.inputs["destinationConfig"] == {"onFailure": {"destination": _DEAD_LETTERS}}
    expressions = {s.inputs["name"]: s.inputs["scheduleExpression"] for s in recorder.of_type(_SCHEDULE)}
    assert expressions == {"gitlab-ecr-rotator": "rate(2 hours)", "gitlab-ecr-token-renewal": "rate(1 day)"}


def test_schedules_start_within_a_window_and_not_all_at_once() -> None:
    recorder = rotator()
    windows = [schedule.inputs["flexibleTimeWindow"] for schedule in recorder.of_type(_SCHEDULE)]
    assert windows == [{"mode": "FLEXIBLE", "maximumWindowInMinutes": 5}] * 2


def test_the_first_rotation_runs_last_and_its_result_is_secret() -> None:
    recorder = rotator()
    first = recorder.one("aws:lambda/invocation:Invocation")
    assert {"rotator-function", "rotator-function-schedule"} <= set(first.dependencies)
    assert first.additional_secret_outputs == ("result",)
    assert json.loads(first.inputs["input"]) == {"fired_by": "deploy"}
    assert first.inputs["triggers"]["zip"] == rotator_zip.digest(ARGS["plan"])


def test_the_first_rotation_distinguishes_changed_targets_from_other_changes(recorder: Recorder) -> None:
    assert PLAN.gitlab is not None
    other = replace(PLAN, gitlab=replace(PLAN.gitlab, concurrency=3))
    more = replace(PLAN, targets=(*PLAN.targets, target("acme/api")))
    for each in (PLAN, other, more):
        made(recorder, plan=plan.dumps(each))
    first, after_other, after_more = (
        invocation.inputs["triggers"] for invocation in recorder.of_type("aws:lambda/invocation:Invocation")
    )
    assert {key for key in first if first[key] != after_other[key]} == {"zip", "plan"}
    assert {key for key in first if first[key] != after_more[key]} == {"zip", "plan", "targets"}


def test_everything_is_known_in_the_first_preview(first_preview: Recorder) -> None:
    made(first_preview)
    assert len(first_preview.resources) > 10
    for resource in first_preview.resources:
        unknown = [key for key, value in resource.inputs.items() if "UNKNOWN" in repr(value).upper()]
        # The role's own name orders policy after role; everything else is computed.
        assert unknown in ([], ["role"]), (resource.name, unknown)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"interval": "6 hours"}, "write a shorter interval, such as 2 hours"),
        ({"tolerate_outage": "10 hours"}, "or a shorter `tolerate_outage`"),
        ({"interval": "often"}, "interval: got 'often'"),
        ({"plan": "{}"}, "plan: 'version' is missing"),
    ],
)
def test_arguments_that_cannot_work_are_refused_at_preview(
    recorder: Recorder, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        made(recorder, **changes)
    assert not recorder.of_type(_FUNCTION)


def test_pulumis_analyzer_reads_the_arguments() -> None:
    schema = json.loads(str(ComponentProvider([Rotator], "gitlab-ecr").schema))
    inputs = schema["resources"]["gitlab-ecr:index:Rotator"]["inputProperties"]
    assert {"interval", "vpc", "alarmEmails"} <= set(inputs)

"""The renewal of the GitLab token by Secrets Manager: its resources and its rights."""

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from policy_evaluator import Request, allowed
from recording import recording
from rotator_args import NAMES, PLAN, made

from components.contract import plan
from components.iam.secret_policies import managed_renewal_policy, secret_arn_pattern
from components.iam.trust import secrets_manager_trust
from validation.recorder import Recorder

_ROTATION, _SECRET = "aws:secretsmanager/secretRotation:SecretRotation", "aws:secretsmanager/secret:Secret"
_ROLE, _POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"
_NAME = "gitlab-ecr/gitlab-token-managed"
_ARN = NAMES.secret_arn(f"{_NAME}-a1b2c3")
_ROLE_ARN = "arn:aws:iam::123456789012:role/gitlab-ecr/gitlab-ecr-token-renewal"
assert PLAN.gitlab is not None
_GITLAB = replace(PLAN.gitlab, token_renewal=plan.TokenRenewal.MANAGED, token_secret=_NAME)
_MANAGED = plan.dumps(replace(PLAN, gitlab=_GITLAB))


def _managed(recorder: Recorder, **changes: Any) -> Recorder:
    return made(recorder, plan=_MANAGED, **changes)


@cache  # the tests only read it
def _renewed() -> Recorder:
    with recording() as recorder:
        return _managed(recorder)


def test_secrets_manager_renews_the_token_of_a_secret_that_no_stack_owns() -> None:
    recorder = _renewed()
    assert recorder.of_type(_SECRET) == []
    renewal = recorder.one(_ROTATION)
    assert renewal.inputs == {
        "secretId": _NAME,
        "externalSecretRotationRoleArn": _ROLE_ARN,
        "externalSecretRotationMetadatas": [{"key": "daysToExpiry", "value": "90"}],
        "rotateImmediately": True,
        "rotationRules": {"automaticallyAfterDays": 30},
    }
    # The provider shows the ARN in place of the name, and a change of it would replace the renewal.
    assert renewal.ignore_changes == ("secretId",)
    assert _NAME in renewal.name


def test_the_renewal_is_created_after_everything_else_and_after_its_rights() -> None:
    recorder = _renewed()
    assert {"rotator-first-rotation", "rotator-renewal-role"} <= set(recorder.one(_ROTATION).dependencies)


def test_no_function_renews_the_token_and_the_rotation_may_only_read_the_secret() -> None:
    recorder = _renewed()
    assert [each.name for each in recorder.of_type("aws:lambda/function:Function")] == ["rotator-function"]
    assert len(recorder.of_type("aws:scheduler/schedule:Schedule")) == 1
    rights = json.loads(recorder.one(_POLICY, "rotator-function-role").inputs["policy"])["Statement"]
    (reads,) = [each for each in rights if "secretsmanager" in json.dumps(each["Action"])]
    assert (reads["Action"], reads["Resource"]) == (
        "secretsmanager:GetSecretValue",
        NAMES.secret_arn(f"{_NAME}-??????"),
    )


def test_the_alarm_on_the_tokens_end_stays() -> None:
    recorder = _renewed()
    assert recorder.one("aws:cloudwatch/metricAlarm:MetricAlarm", "rotator-gitlab-token-ending")


def test_in_gitlab_there_is_one_schedule_and_the_same_renewal(recorder: Recorder) -> None:
    job = {"project": "acme/registry-access", "id": 3009, "namespace_id": 2001}
    _managed(recorder, backend="gitlab", job=job)
    assert [each.name for each in recorder.of_type("gitlab:index/pipelineSchedule:PipelineSchedule")] == [
        "rotator-function-schedule"
    ]
    assert recorder.one(_ROTATION).inputs["secretId"] == _NAME
    assert "rotator-function-schedule" in recorder.one(_ROTATION).dependencies


def test_only_secrets_manager_assumes_the_role_and_for_this_secret_of_this_account_only() -> None:
    recorder = _renewed()
    role = recorder.one(_ROLE, "rotator-renewal-role").inputs
    (statement,) = json.loads(role["assumeRolePolicy"])["Statement"]
    assert (role["path"], role["name"]) == ("/gitlab-ecr/", "gitlab-ecr-token-renewal")
    assert statement["Principal"] == {"Service": "secretsmanager.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": NAMES.secret_arn(f"{_NAME}-??????")},
    }
    assert (
        statement == secrets_manager_trust("123456789012", secret_arn_pattern(NAMES.secret_arn(_NAME)))["Statement"][0]
    )


@pytest.mark.parametrize(
    ("action", "resource", "may"),
    [
        ("secretsmanager:GetSecretValue", _ARN, True),
        ("secretsmanager:PutSecretValue", _ARN, True),
        ("secretsmanager:UpdateSecretVersionStage", _ARN, True),
        ("secretsmanager:DescribeSecret", _ARN, True),
        ("secretsmanager:GetRandomPassword", "*", True),
        ("secretsmanager:DeleteSecret", _ARN, False),
        ("secretsmanager:RotateSecret", _ARN, False),
        ("secretsmanager:GetSecretValue", NAMES.secret_arn("gitlab-ecr/gitlab-token-a1b2c3"), False),
        ("secretsmanager:GetSecretValue", NAMES.secret_arn(f"{_NAME}-other-a1b2c3"), False),
        ("secretsmanager:PutSecretValue", NAMES.secret_arn("gitlab-ecr/audience/acme/web-a1b2c3"), False),
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/gitlab-ecr/pull/acme-web", False),
        ("ecr:GetAuthorizationToken", "*", False),
    ],
)
def test_the_role_may_renew_this_token_and_nothing_else(action: str, resource: str, *, may: bool) -> None:
    recorder = _renewed()
    policy = json.loads(recorder.one(_POLICY, "rotator-renewal-role").inputs["policy"])
    assert policy == managed_renewal_policy(secret_arn_pattern(NAMES.secret_arn(_NAME)))
    assert allowed(Request(_ROLE_ARN, action, resource, {}), [policy]) is may


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"vpc": {"subnet_ids": ["subnet-0fake"], "security_group_ids": ["sg-0fake"]}},
            r"^vpc: got it beside a plan with `token_renewal`: managed, and then AWS itself calls GitLab",
        ),
        ({"adopt_token_secret": True}, r"^adopt_token_secret: got it beside a plan with `token_renewal`: managed"),
    ],
)
def test_settings_of_the_rotators_own_renewal_are_refused(
    recorder: Recorder, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        _managed(recorder, **changes)

import json

import pytest

from components.iam.policies import (
    cache_puller_policy,
    checked_size,
    function_statements,
    parameter_statement,
    policy_json,
    pull_policy,
    push_policy,
    rotator_policy,
    scheduler_policy,
)
from components.iam.secret_policies import secret_arn_pattern

_REPOSITORY = "arn:aws:ecr:eu-central-1:123456789012:repository/ci/python"


def test_a_pull_policy_signs_in_and_pulls_and_does_nothing_else() -> None:
    assert pull_policy([_REPOSITORY]) == {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "SignIn", "Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
            {
                "Sid": "Pull",
                "Effect": "Allow",
                "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                "Resource": _REPOSITORY,
            },
        ],
    }


def test_order_and_repetition_of_repositories_do_not_change_the_document() -> None:
    arns = [f"{_REPOSITORY}-{number}" for number in range(5)]
    assert policy_json(pull_policy(arns)) == policy_json(pull_policy([*reversed(arns), arns[2]]))


def test_a_pull_policy_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^pull: got no repository; write repository names"):
        pull_policy([])


def test_a_policy_that_is_too_long_for_a_role_is_refused_and_patterns_are_advised() -> None:
    policy = pull_policy([f"{_REPOSITORY}-{number:04}" for number in range(180)])
    with pytest.raises(ValueError, match=r"^audiences\.a: got a policy of 1\d{4} characters, a role holds 10240; w"):
        checked_size(policy, "role", "audiences.a")


def test_a_policy_that_fits_is_compact_json() -> None:
    assert json.loads(checked_size(pull_policy([_REPOSITORY]), "user", "")) == pull_policy([_REPOSITORY])
    assert " " not in checked_size(pull_policy([_REPOSITORY]), "user", "")


def test_a_push_policy_pulls_as_well_and_deletes_nothing() -> None:
    policy = push_policy([_REPOSITORY], ["base"])
    assert [(s["Sid"], s["Resource"]) for s in policy["Statement"]] == [
        ("SignIn", "*"),
        ("Push", _REPOSITORY),
        ("Pull", "base"),
    ]
    assert policy["Statement"][1]["Action"] == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
    ]
    with pytest.raises(ValueError, match=r"^push: got no repository"):
        push_policy([])


def test_a_cache_is_filled_below_its_prefix_only() -> None:
    cache = "arn:aws:ecr:eu-central-1:123456789012:repository/docker-hub/*"
    pull, fill = cache_puller_policy([_REPOSITORY], [cache])["Statement"][1:]
    assert pull["Resource"] == [_REPOSITORY, cache]
    assert (fill["Action"], fill["Resource"]) == (["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], cache)
    assert cache_puller_policy([_REPOSITORY], []) == pull_policy([_REPOSITORY])


def test_a_parameter_is_read_and_decrypted_only_with_its_own_key() -> None:
    read, decrypt = parameter_statement("parameter", "key", "ssm.eu-central-1.amazonaws.com")
    assert (read["Action"], read["Resource"]) == ("ssm:GetParameter", "parameter")
    assert (decrypt["Action"], decrypt["Resource"]) == ("kms:Decrypt", "key")
    assert decrypt["Condition"] == {"StringEquals": {"kms:ViaService": "ssm.eu-central-1.amazonaws.com"}}
    assert parameter_statement("parameter")[1] == {}


def test_the_rotator_itself_has_no_right_in_ecr_in_its_policy() -> None:
    policy = rotator_policy(
        pull_roles_arn="arn:aws:iam::123456789012:role/gitlab-ecr/pull/*",
        secret_arns=[secret_arn_pattern("arn:aws:secretsmanager:eu-central-1:123456789012:secret:gitlab-ecr/token")],
        own=function_statements(
            "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/gitlab-ecr-rotator",
            "arn:aws:sqs:eu-central-1:123456789012:gitlab-ecr-rotator",
        ),
    )
    assert [(statement["Action"], statement["Resource"]) for statement in policy["Statement"]] == [
        ("sts:AssumeRole", "arn:aws:iam::123456789012:role/gitlab-ecr/pull/*"),
        (
            "secretsmanager:GetSecretValue",
            "arn:aws:secretsmanager:eu-central-1:123456789012:secret:gitlab-ecr/token-??????",
        ),
        (
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/gitlab-ecr-rotator:*",
        ),
        ("sqs:SendMessage", "arn:aws:sqs:eu-central-1:123456789012:gitlab-ecr-rotator"),
    ]


def test_without_secrets_the_rotators_policy_has_no_statement_about_them() -> None:
    policy = rotator_policy(pull_roles_arn="r", secret_arns=[], own=function_statements("l", "d"))
    assert [statement["Sid"] for statement in policy["Statement"]] == [
        "AssumePullRoles",
        "WriteOwnLog",
        "LeaveDeadLetters",
    ]


def test_a_schedule_starts_one_function() -> None:
    function = "arn:aws:lambda:eu-central-1:123456789012:function:gitlab-ecr-rotator"
    assert [statement["Resource"] for statement in scheduler_policy(function)["Statement"]] == [function]
    assert [statement["Resource"] for statement in scheduler_policy(function, "queue")["Statement"]] == [
        function,
        "queue",
    ]

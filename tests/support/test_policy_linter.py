"""A linter that finds nothing proves nothing: each rule is shown a document that breaks it."""

from typing import Any

import pytest
from policy_linter import lint

from components.ecr.repository_policy import repository_policy
from components.iam.policies import (
    function_statements,
    pull_policy,
    push_policy,
    rotator_policy,
    scheduler_policy,
)
from components.iam.secret_policies import secret_arn_pattern
from components.iam.trust import lambda_trust, pull_role_trust, scheduler_trust
from components.names.naming import Names

_NAMES = Names("123456789012", "eu-central-1", "gitlab-ecr")
_REPOSITORY = _NAMES.repository_arn("ci/python")
_SECRET = _NAMES.arn("secretsmanager", "secret:token")
_ROLE = {"AWS": "arn:aws:iam::123456789012:root"}
_GITLAB = {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"}
_SUBJECT = "project_path:acme/app:ref_type:branch:ref:main"


def _document(**statement: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Sid": "It", "Effect": "Allow", **statement}]}


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ({"Action": "ecr:PullImage", "Resource": "*"}, "It: Action ecr:PullImage: does not exist"),
        ({"Action": "ercs:PutImage", "Resource": "*"}, "It: Action ercs:PutImage: does not exist"),
        ({"Action": "ecr:*", "Resource": _REPOSITORY}, "It: Action ecr:*: name each action"),
        ({"Action": "ecr:PutImage", "Resource": "*"}, "It: Action ecr:PutImage: * where AWS takes a ['repository']"),
        (
            {"Action": "cloudwatch:PutMetricData", "Resource": "*"},
            "It: Action cloudwatch:PutMetricData: * where AWS takes a ['dataset']",
        ),
        (
            {"Action": "s3:*", "Resource": "*", "Principal": "*"},
            "It: Principal *: everybody, with no organization to belong to",
        ),
        (
            {"Action": "sqs:SendMessage", "Resource": [_REPOSITORY]},
            f"It: Resource {_REPOSITORY}: fits none of ['sqs:SendMessage']",
        ),
        (
            {"Action": ["ecr:PutImage", "ecr:GetAuthorizationToken"], "Resource": _REPOSITORY},
            "It: Action ecr:GetAuthorizationToken: no resource of the statement fits it",
        ),
        (
            {"Action": "sts:AssumeRole", "Resource": "arn:aws:iam::123456789012:role/*"},
            "It: Resource arn:aws:iam::123456789012:role/*: a wildcard where a name can stand",
        ),
        (
            {"Action": "ecr:PutImage", "Resource": "arn:aws:ecr:*:123456789012:repository/ci/a"},
            "It: Resource arn:aws:ecr:*:123456789012:repository/ci/a: fits none of ['ecr:PutImage']",
        ),
        (
            {
                "Action": "secretsmanager:GetSecretValue",
                "Resource": f"{_SECRET}-*",
            },
            f"It: Resource {_SECRET}-*: a wildcard where a name can stand",
        ),
        (
            {"Action": "ecr:PutImage", "Resource": _REPOSITORY, "Condition": {"StringEquals": {"ecr:Tag": "a"}}},
            "It: Condition ecr:Tag: unknown to ['ecr:PutImage']",
        ),
        (
            {"Action": "sts:AssumeRole", "Principal": _ROLE, "Condition": {"StringEqual": {"aws:PrincipalArn": "a"}}},
            "It: Condition StringEqual: not an operator that this project uses",
        ),
        (
            {
                "Action": "sts:AssumeRole",
                "Principal": _ROLE,
                "Condition": {"StringEquals": {"aws:PrincipalArn": "a*"}},
            },
            "It: Condition aws:PrincipalArn: a wildcard in StringEquals is a plain character",
        ),
        (
            {"Action": "ecr:BatchGetImage", "Principal": "*"},
            "It: Principal *: everybody, with no organization to belong to",
        ),
        ({"NotAction": "ecr:PutImage", "Resource": "*"}, "It: ['NotAction']: not used in this project"),
        (
            {
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": _GITLAB,
                "Condition": {
                    "StringEquals": {"gitlab.com:aud": "a", "gitlab.com:sub": _SUBJECT, "gitlab.com:ref": "a"}
                },
            },
            "It: Condition gitlab.com:ref: unknown to ['sts:AssumeRoleWithWebIdentity']",
        ),
        (
            {
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": _GITLAB,
                "Condition": {"StringEquals": {"gitlab.com:sub": _SUBJECT}},
            },
            "It: Condition: gitlab.com:aud is missing from StringEquals",
        ),
        (
            {
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": _GITLAB,
                "Condition": {"StringEquals": {"gitlab.com:aud": "a"}, "StringLike": {"gitlab.com:sub": "project_p*"}},
            },
            "It: Condition: gitlab.com:sub project_p* is open to other projects",
        ),
    ],
)
def test_each_fault_has_its_finding(statement: dict[str, Any], finding: str) -> None:
    assert finding in lint(_document(**statement))


def test_a_sid_twice_and_a_missing_version_are_found() -> None:
    statement = {"Sid": "It", "Effect": "Allow", "Action": "ecr:PutImage", "Resource": _REPOSITORY}
    assert lint({"Statement": [statement, statement]}) == ["Version: write 2012-10-17", "Sid 'It': twice"]


@pytest.mark.parametrize(
    "policy",
    [
        pull_policy([_REPOSITORY, _NAMES.repository_arn("backend/*")]),
        push_policy([_REPOSITORY], [_NAMES.repository_arn("base/*")]),
        rotator_policy(
            pull_roles_arn=_NAMES.role_arn("*", _NAMES.pull_path),
            secret_arns=[secret_arn_pattern(_NAMES.arn("secretsmanager", "secret:gitlab-ecr/gitlab-token"))],
            own=function_statements(
                _NAMES.arn("logs", "log-group:/aws/lambda/gitlab-ecr-rotator"), _NAMES.arn("sqs", "gitlab-ecr-rotator")
            ),
            pull_user_arns=[_NAMES.arn("iam", "user/gitlab-ecr/old-scripts", region="")],
        ),
        scheduler_policy(_NAMES.arn("lambda", "function:gitlab-ecr-rotator"), _NAMES.arn("sqs", "gitlab-ecr-rotator")),
        pull_role_trust(_NAMES),
        lambda_trust("123456789012"),
        scheduler_trust("123456789012", _NAMES.arn("scheduler", "schedule-group/gitlab-ecr-rotator")),
        repository_policy(
            "123456789012",
            "eu-central-1",
            pull={"organizations": ["o-a1b2c3d4e5"]},
            admin={"accounts": ["111111111111"]},
            lambda_accounts=["111111111111"],
        ),
    ],
)
def test_our_documents_have_no_finding(policy: dict[str, Any]) -> None:
    assert lint(policy) == []

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ecr.repository_policy import GranteesArgs, repository_policy
from components.iam.actions import PULL_ACTIONS

_OWN = "123456789012"


def _policy(**grants: Any) -> list[dict[str, Any]]:
    policy = repository_policy(_OWN, "eu-central-1", **grants)
    assert policy is not None
    return policy["Statement"]


def test_without_grants_there_is_no_policy() -> None:
    assert repository_policy(_OWN, "eu-central-1") is None


def test_other_accounts_and_single_roles_pull() -> None:
    role = "arn:aws:iam::222222222222:role/deploy"
    assert _policy(pull={"accounts": ["111111111111"], "principals": [role]}) == [
        {
            "Sid": "Pull",
            "Effect": "Allow",
            "Principal": {"AWS": ["arn:aws:iam::111111111111:root", role]},
            "Action": list(PULL_ACTIONS),
        }
    ]


def test_an_organization_is_granted_without_the_own_account() -> None:
    (statement,) = _policy(pull={"organizations": ["o-a1b2c3d4e5"]})
    assert statement["Principal"] == {"AWS": "*"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
        "StringNotEquals": {"aws:PrincipalAccount": _OWN},
    }


def test_lambda_pulls_for_functions_of_the_named_accounts() -> None:
    (statement,) = _policy(lambda_accounts=[_OWN, "111111111111"])
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert statement["Action"] == ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    assert statement["Condition"] == {
        "ArnLike": {
            "aws:SourceArn": [
                "arn:aws:lambda:eu-central-1:111111111111:function:*",
                "arn:aws:lambda:eu-central-1:123456789012:function:*",
            ]
        }
    }


def test_the_partition_follows_the_region() -> None:
    policy = repository_policy(_OWN, "cn-north-1", pull={"accounts": ["111111111111"]})
    assert policy is not None
    assert policy["Statement"][0]["Principal"] == {"AWS": "arn:aws-cn:iam::111111111111:root"}


@pytest.mark.parametrize("level", ["pull", "push", "admin"])
def test_no_level_signs_in_or_touches_the_repository_itself(level: str) -> None:
    (statement,) = _policy(**{level: {"accounts": ["111111111111"]}})
    forbidden = {"ecr:GetAuthorizationToken", "ecr:DeleteRepository", "ecr:SetRepositoryPolicy", "ecr:*"}
    assert not forbidden & set(statement["Action"])
    assert "Resource" not in statement


def test_each_level_includes_the_one_below() -> None:
    (pull,), (push,), (admin,) = (
        _policy(**{level: {"accounts": ["111111111111"]}}) for level in ("pull", "push", "admin")
    )
    assert set(pull["Action"]) < set(push["Action"]) < set(admin["Action"])
    assert "ecr:PutImage" not in pull["Action"]
    assert "ecr:BatchDeleteImage" not in push["Action"]


@pytest.mark.parametrize(
    ("grantees", "message"),
    [
        ({}, r"got no `accounts`, `principals` or `organizations`"),
        ({"accounts": ["1234"]}, r"\.accounts\[0\]: got '1234'; write twelve digits"),
        ({"accounts": [_OWN]}, r"\.accounts\[0\]: got '123456789012', the repository's own account; leave it out"),
        ({"principals": ["*"]}, r"\.principals\[0\]: got '\*'; write the ARN of one role or user"),
        (
            {"principals": ["arn:aws:iam::111111111111:root"]},
            r"\.principals\[0\]: got .*; write the ARN of one role or us",
        ),
        ({"organizations": ["acme"]}, r"\.organizations\[0\]: got 'acme'; write an id such as o-a1b2c3d4e5"),
    ],
)
def test_invalid_grantees_are_refused_with_their_key(grantees: GranteesArgs, message: str) -> None:
    with pytest.raises(ValueError, match=rf"^push(: )?{message}"):
        repository_policy(_OWN, "eu-central-1", push=grantees)


def test_a_policy_that_is_too_long_for_ecr_is_refused() -> None:
    principals = [f"arn:aws:iam::111111111111:role/deploy-{number:04}" for number in range(250)]
    with pytest.raises(ValueError, match=r"^pull: got a repository policy of \d+ characters, ECR takes"):
        repository_policy(_OWN, "eu-central-1", pull={"principals": principals})


_GRANTEES = st.fixed_dictionaries(
    {
        "accounts": st.lists(st.sampled_from(["111111111111", "222222222222"]), min_size=1, unique=True),
        "organizations": st.lists(st.sampled_from(["o-a1b2c3d4e5"]), unique=True),
        "principals": st.lists(st.sampled_from(["arn:aws:iam::222222222222:role/deploy"]), unique=True),
    }
)


@given(st.dictionaries(st.sampled_from(["pull", "push", "admin"]), _GRANTEES), st.booleans())
def test_no_grant_ever_signs_in_or_changes_more_than_images(grants: dict[str, Any], to_lambda: bool) -> None:
    policy = repository_policy(_OWN, "eu-central-1", **grants, lambda_accounts=["111111111111"] if to_lambda else [])
    actions = {action for statement in (policy or {"Statement": []})["Statement"] for action in statement["Action"]}
    assert "ecr:GetAuthorizationToken" not in actions
    assert not [action for action in actions if "*" in action]
    assert not actions & {"ecr:DeleteRepository", "ecr:SetRepositoryPolicy", "ecr:PutLifecyclePolicy"}

"""The rotator may replace the access keys of its own users and keep their record, and nothing else."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from policy_evaluator import Request, allowed
from policy_linter import lint

from components.contract import key_tags as iam_tags
from components.contract.plan import KEY_USER_LIMIT
from components.iam.actions import ACCESS_KEY_ACTIONS
from components.iam.policies import INLINE_POLICY_LIMIT, checked_size, function_statements, rotator_policy
from components.names.naming import Names

_NAMES: Final = Names("123456789012", "eu-central-1", "gitlab-ecr")
_USERS: Final = [_NAMES.pull_user_arn(path) for path in ("acme/scripts", "acme/old")]


def _policy(users: list[str], names: Names = _NAMES) -> dict[str, Any]:
    return rotator_policy(
        pull_roles_arn=names.role_arn("*", names.pull_path),
        secret_arns=[f"{names.arn('secretsmanager', f'secret:{names.gitlab_token_secret}')}-??????"],
        own=function_statements(
            names.arn("logs", f"log-group:/aws/lambda/{names.rotator}"), names.arn("sqs", names.dead_letters)
        ),
        state_arn=names.arn("ssm", f"parameter{names.rotator_state}"),
        pull_user_arns=users,
    )


def _may(action: str, resource: str, tags: str = "", users: list[str] = _USERS) -> bool:
    context = {"aws:TagKeys": tags} if tags else {}
    return allowed(Request(_NAMES.rotator_role_arn, action, resource, context), [_policy(users)])


@pytest.mark.parametrize("action", ACCESS_KEY_ACTIONS)
def test_the_rotator_changes_the_keys_of_its_own_users(action: str) -> None:
    assert all(_may(action, user) for user in _USERS)


@given(st.text("abc-/", min_size=1, max_size=12), st.sampled_from([*ACCESS_KEY_ACTIONS, "iam:TagUser"]))
def test_the_rotator_changes_no_key_and_no_tag_of_any_other_user(path: str, action: str) -> None:
    others = [
        _NAMES.pull_user_arn(path),
        Names("123456789012", "eu-central-1", "gitlab-ecr-two").pull_user_arn("acme/scripts"),
        Names("210987654321", "eu-central-1", "gitlab-ecr").pull_user_arn("acme/scripts"),
        _NAMES.arn("iam", "user/admin", region=""),
        f"{_USERS[0]}-more",
        _USERS[0].replace("/gitlab-ecr/", "/"),
        "*",
    ]
    assert not any(_may(action, user, iam_tags.CURRENT) for user in others if user not in _USERS)


@pytest.mark.parametrize("tag", iam_tags.ALL)
def test_the_rotator_writes_the_tags_of_its_record(tag: str) -> None:
    assert _may("iam:TagUser", _USERS[0], tag)
    assert _may("iam:TagUser", _USERS[0], f"{tag},{iam_tags.CURRENT}")


@pytest.mark.parametrize("tags", ["team", f"{iam_tags.CURRENT},team", "gitlab-ecr:other"])
def test_the_rotator_writes_no_other_tag(tags: str) -> None:
    assert not _may("iam:TagUser", _USERS[0], tags)


@pytest.mark.parametrize(
    "action",
    [
        *("iam:UntagUser", "iam:CreateUser", "iam:DeleteUser", "iam:UpdateUser", "iam:PutUserPolicy"),
        *("iam:AttachUserPolicy", "iam:PutUserPermissionsBoundary", "iam:DeleteUserPermissionsBoundary"),
        *("iam:CreateLoginProfile", "iam:AddUserToGroup", "iam:DeleteUserPolicy", "iam:AttachGroupPolicy"),
    ],
)
def test_the_rotator_does_nothing_else_to_its_users(action: str) -> None:
    assert not _may(action, _USERS[0])


@pytest.mark.parametrize("action", [*ACCESS_KEY_ACTIONS, "iam:TagUser"])
def test_without_users_the_rotator_has_no_right_on_any_user(action: str) -> None:
    assert not _may(action, _USERS[0], users=[])
    assert not any("Key" in statement["Sid"] for statement in _policy([])["Statement"])


def test_the_linter_finds_nothing_and_the_policy_has_room_for_the_most_users_of_a_plan() -> None:
    names = Names("123456789012", "eu-central-1", "p" * 30)
    users = [names.pull_user_arn(f"{'a-long-group/' * 8}{number}") for number in range(KEY_USER_LIMIT)]
    policy = _policy(users, names)
    assert lint(policy) == []
    assert len(json.dumps(policy, separators=(",", ":"))) <= INLINE_POLICY_LIMIT["role"]
    checked_size(policy, "role", "rotator")

"""What IAM shows of a role, and what it does not."""

from typing import Any

import pytest

from components.cli.doctor import role_of
from components.cli.doctor.facts import Role
from components.cli.errors import CliError

ARN = "arn:aws:iam::123456789012:role/gitlab-ecr-prod/push/web"


class _Iam:
    """A role with one inline policy."""

    def __init__(self, arn: str, attached: list[str]) -> None:
        self._arn, self._attached = arn, attached

    def get_role(self, **_: str) -> Any:
        return {"Role": {"Arn": self._arn, "AssumeRolePolicyDocument": {"Version": "trust"}}}

    def list_role_policies(self, **_: Any) -> Any:
        return {"PolicyNames": ["push"]}

    def get_role_policy(self, **names: str) -> Any:
        return {"PolicyDocument": names}

    def list_attached_role_policies(self, **_: str) -> Any:
        return {"AttachedPolicies": self._attached}


@pytest.mark.parametrize("attached", [[], ["arn:aws:iam::aws:policy/ReadOnlyAccess"]])
def test_a_role_with_attached_policies_is_not_shown_completely(
    monkeypatch: pytest.MonkeyPatch, attached: list[str]
) -> None:
    monkeypatch.setattr(role_of, "aws_client", lambda _: _Iam(ARN, attached))
    policy = {"RoleName": "web", "PolicyName": "push"}
    assert role_of.role_of(ARN) == Role({"Version": "trust"}, (policy,), complete=not attached)


def test_a_role_of_another_path_or_account_is_not_the_one_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    other = "arn:aws:iam::123456789012:role/web"
    monkeypatch.setattr(role_of, "aws_client", lambda _: _Iam(other, []))
    assert role_of.role_of(ARN) == f"AWS has a role of that name with another ARN: {other}"


def test_what_iam_refuses_is_said_in_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> Any:
        raise CliError("AWS: no credentials")

    monkeypatch.setattr(role_of, "aws_client", refuse)
    assert role_of.role_of(ARN) == "AWS: no credentials"

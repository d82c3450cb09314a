"""Secrets Manager's renewal of GitLab tokens in the emulator: it refuses what AWS refuses, and fails as silently."""

import json
import time
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import urllib3
from aws_principals import ACCOUNT, REGION, Principals, allow, trust
from botocore.exceptions import ClientError

from components.iam.policies import policy_json
from components.iam.secret_policies import managed_renewal_policy, secret_arn_pattern
from components.iam.trust import secrets_manager_trust
from components.names.naming import Names
from rehearsal.cloud.cloud import Cloud
from rehearsal.gitlab.emulator import GitLab

_URL = "https://gitlab.example.com"
_NAMES = Names(ACCOUNT, REGION, "gitlab-ecr")
_DAYS = {"ExternalSecretRotationMetadata": [{"Key": "daysToExpiry", "Value": "90"}]}
_RULES = {"RotationRules": {"AutomaticallyAfterDays": 30}}


@pytest.fixture(scope="module")
def gitlab(cloud: Cloud) -> Iterator[GitLab]:
    with GitLab.start(now=cloud.now) as started:
        started.create_group("acme", 20)
        started.create_project("acme/web", 7)
        started.add_member("bot", "acme/web", 40)
        started.serve_as(_URL, cloud.authority.server_context(["gitlab.example.com"]))
        cloud.proxy.route("gitlab.example.com", started, of=443)
        yield started


class Lab:
    """One secret, and the role by which it is renewed."""

    def __init__(self, aws: Principals, gitlab: GitLab) -> None:
        self.aws, self.gitlab = aws, gitlab
        self.secrets = aws.cloud.client("secretsmanager")
        self.name = f"gitlab-ecr/{uuid4().hex[:8]}/gitlab-token-managed"
        self.arn = secret_arn_pattern(_NAMES.secret_arn(self.name))

    def role(self, **settings: Any) -> str:
        trusted = policy_json(secrets_manager_trust(ACCOUNT, self.arn))
        statements = managed_renewal_policy(self.arn)["Statement"]
        made = {"AssumeRolePolicyDocument": trusted, **settings}
        rights = made.pop("statements", statements)
        return self.aws.role(f"r-{uuid4().hex[:8]}", *rights, path="/gitlab-ecr/", **made)

    def stored(self, token: str, **changes: Any) -> None:
        fields = {"token": token, "tokenId": str(self.known(token)["id"]), "gitlabUrl": _URL, **changes}
        text = json.dumps({key: value for key, value in fields.items() if value is not None})
        self.secrets.create_secret(Name=self.name, SecretString=text, Type="GitLabAccessToken")

    def rotate(self, role: str, **changes: Any) -> None:
        arguments = {"ExternalSecretRotationRoleArn": role, **_DAYS, **_RULES, **changes}
        self.secrets.rotate_secret(SecretId=self.name, **arguments)

    def known(self, token: str) -> dict[str, Any]:
        """What GitLab says of the token; nothing when it is dead."""
        url = f"{self.gitlab.url}/api/v4/personal_access_tokens/self"
        answer = urllib3.request("GET", url, headers={"PRIVATE-TOKEN": token})
        return answer.json() if answer.status == 200 else {}

    def days(self, token: str) -> int:
        return (date.fromisoformat(self.known(token)["expires_at"]) - self.aws.cloud.now().date()).days

    def about(self) -> dict[str, Any]:
        return self.secrets.describe_secret(SecretId=self.name)

    def ended(self) -> bool:
        """Whether the renewal succeeded; a failure is silent, so this waits for it in the log."""
        give_up = time.monotonic() + 10
        while time.monotonic() < give_up:
            if self.about().get("LastRotatedDate"):
                return True
            if f"RotationFailed {self.name}" in self.aws.cloud.why(200):
                return False
            time.sleep(0.05)
        raise AssertionError("it neither ended nor failed")

    @property
    def token(self) -> str:
        return json.loads(self.secrets.get_secret_value(SecretId=self.name)["SecretString"])["token"]


@pytest.fixture
def lab(aws: Principals, gitlab: GitLab) -> Lab:
    return Lab(aws, gitlab)


def test_a_token_is_replaced_and_the_old_one_is_dead_at_once(lab: Lab) -> None:
    old = lab.gitlab.create_token("bot", ["api"], user="bot")
    lab.stored(old)
    lab.rotate(lab.role())
    assert lab.ended()
    assert lab.token != old
    assert lab.known(old) == {}
    assert lab.days(lab.token) in (89, 90)
    text = json.loads(lab.secrets.get_secret_value(SecretId=lab.name)["SecretString"])
    assert text["tokenId"] == str(lab.known(lab.token)["id"])
    about = lab.about()
    assert (about["Type"], about["RotationEnabled"]) == ("GitLabAccessToken", True)
    assert (about["NextRotationDate"] - about["LastRotatedDate"]).days == 30
    lab.secrets.rotate_secret(SecretId=lab.name)
    give_up = time.monotonic() + 10
    while (second := lab.token) == text["token"] and time.monotonic() < give_up:
        time.sleep(0.05)
    assert lab.known(second)
    pending = [labels for labels in lab.about()["VersionIdsToStages"].values() if "AWSPENDING" in labels]
    assert [sorted(labels) for labels in pending] == [["AWSCURRENT", "AWSPENDING"]]


@pytest.mark.parametrize(("owner", "field"), [({"project": "acme/web"}, "projectId"), ({"group": "acme"}, "groupId")])
def test_a_projects_or_a_groups_token_needs_its_owner(lab: Lab, owner: dict[str, Any], field: str) -> None:
    old = lab.gitlab.create_token("owned", ["api"], **owner)
    lab.stored(old, **{field: {"projectId": "7", "groupId": "20"}[field]})
    lab.rotate(lab.role())
    assert lab.ended()
    assert lab.known(old) == {}


def test_without_daysToExpiry_gitlab_gives_the_token_a_week(lab: Lab) -> None:  # noqa: N802 - AWS's spelling
    lab.stored(lab.gitlab.create_token("bot", ["api"], user="bot"))
    lab.rotate(lab.role(), ExternalSecretRotationMetadata=[])
    assert lab.ended()
    assert lab.days(lab.token) in (6, 7)


_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no role": ({"ExternalSecretRotationRoleArn": ""}, "No role is given"),
    "an unknown role": (
        {"ExternalSecretRotationRoleArn": f"arn:aws:iam::{ACCOUNT}:role/gitlab-ecr/absent"},
        "unable to assume the role",
    ),
    "too long a life": (
        {"ExternalSecretRotationMetadata": [{"Key": "daysToExpiry", "Value": "366"}]},
        "daysToExpiry 366 is not 1 to 365",
    ),
    "unknown metadata": (
        {"ExternalSecretRotationMetadata": [{"Key": "days", "Value": "9"}]},
        "Unknown rotation metadata",
    ),
}


@pytest.mark.parametrize("what", _REFUSED)
def test_a_wrong_setting_is_refused_at_once(lab: Lab, what: str) -> None:
    changes, words = _REFUSED[what]
    old = lab.gitlab.create_token("bot", ["api"], user="bot")
    lab.stored(old)
    arguments = {"ExternalSecretRotationRoleArn": lab.role(), **_DAYS, **_RULES, **changes}
    arguments = {key: value for key, value in arguments.items() if value != ""}
    with pytest.raises(ClientError, match=words):
        lab.secrets.rotate_secret(SecretId=lab.name, **arguments)
    assert lab.known(old)


def test_a_secret_without_a_value_is_refused(lab: Lab) -> None:
    lab.secrets.create_secret(Name=lab.name, Type="GitLabAccessToken")
    with pytest.raises(ClientError, match="A secret without a value cannot be rotated"):
        lab.rotate(lab.role())


def test_a_secret_that_is_not_there_is_refused(lab: Lab) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        lab.rotate(lab.role())


_OTHER = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:other-??????"
_TRUSTS: dict[str, str] = {
    "another service": trust({"Service": "lambda.amazonaws.com"}),
    "another secret": policy_json(secrets_manager_trust(ACCOUNT, _OTHER)),
    "another account": policy_json(
        secrets_manager_trust("310987654321", f"arn:aws:secretsmanager:{REGION}:310987654321:secret:x-??????")
    ),
}


@pytest.mark.parametrize("whom", _TRUSTS)
def test_a_role_that_trusts_somebody_else_is_refused(lab: Lab, whom: str) -> None:
    lab.stored(lab.gitlab.create_token("bot", ["api"], user="bot"))
    with pytest.raises(ClientError, match="Secrets Manager is unable to assume the role"):
        lab.rotate(lab.role(AssumeRolePolicyDocument=_TRUSTS[whom]))


@pytest.mark.parametrize("form", [{"tokenId": None}, {"tokenId": "seven"}, {"gitlabUrl": "http://gitlab.example.com"}])
def test_a_value_in_another_form_fails_and_the_token_stays(lab: Lab, form: dict[str, Any]) -> None:
    old = lab.gitlab.create_token("bot", ["api"], user="bot")
    lab.stored(old, **form)
    lab.rotate(lab.role())
    assert not lab.ended()
    assert (lab.token, bool(lab.known(old))) == (old, True)


@pytest.mark.parametrize("scopes", [["read_api"], ["read_registry"]])
def test_a_token_that_may_not_renew_itself_fails_and_stays(lab: Lab, scopes: list[str]) -> None:
    old = lab.gitlab.create_token("bot", scopes, user="bot")
    lab.stored(old)
    lab.rotate(lab.role())
    assert not lab.ended()
    assert lab.known(old)


def test_a_gitlab_out_of_reach_fails_and_no_later_renewal_begins(lab: Lab) -> None:
    old = lab.gitlab.create_token("bot", ["api"], user="bot")
    lab.stored(old, gitlabUrl="https://gitlab.nowhere.example")
    role = lab.role()
    lab.rotate(role)
    assert not lab.ended()
    assert ["AWSPENDING"] in lab.about()["VersionIdsToStages"].values()
    with pytest.raises(ClientError, match="A previous rotation isn't complete"):
        lab.rotate(role)


def test_a_role_that_may_not_write_the_secret_loses_the_token(lab: Lab) -> None:
    old = lab.gitlab.create_token("bot", ["api"], user="bot")
    lab.stored(old)
    lab.rotate(
        lab.role(statements=[allow(("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"), lab.arn)])
    )
    assert not lab.ended()
    assert (lab.token, lab.known(old)) == (old, {})


def test_a_rotation_may_wait_for_its_day_and_be_cancelled(lab: Lab) -> None:
    old = lab.gitlab.create_token("bot", ["api"], user="bot")
    lab.stored(old)
    lab.rotate(lab.role(), RotateImmediately=False)
    assert (lab.about()["RotationEnabled"], lab.token) == (True, old)
    lab.secrets.cancel_rotate_secret(SecretId=lab.name)
    assert (lab.about()["RotationEnabled"], lab.about().get("NextRotationDate")) == (False, None)


def test_an_unknown_secret_type_is_refused(lab: Lab) -> None:
    with pytest.raises(ClientError, match="Unknown secret type"):
        lab.secrets.create_secret(Name=lab.name, SecretString="x", Type="GitLabToken")

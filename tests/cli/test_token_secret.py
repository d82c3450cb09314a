"""`token set` where Secrets Manager renews the token: which tokens are accepted, and how they are stored."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from components.cli import token as token_command
from components.cli.errors import CliError
from components.cli.gitlab_api import GitLabApi
from components.cli.token import make_secret, set_token
from components.consumers import derivation as consumers
from components.contract.plan import Plan, TokenRenewal
from components.names.naming import Names
from components.rotation.clock import Deadline, SystemClock
from components.rotation.http import PooledHttp
from components.rotation.secret import Secret
from rehearsal.gitlab.emulator import GitLab

_TODAY = date(2026, 11, 22)
_NAME, _URL = "gitlab-ecr/gitlab-token-managed", "https://gitlab.com"
_TYPED = {"Type": "GitLabAccessToken"}


class FakeSecrets:
    """Secrets Manager, with a type for each secret."""

    def __init__(self, **about: Any) -> None:
        self.texts: dict[str, str] = {}
        self.about: dict[str, Any] = about
        self.taken_off: list[tuple[str, str, str]] = []
        self.may_take_off = True
        if about:
            self.texts[_NAME] = "before"

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:  # noqa: N803 - boto3's names
        self.texts[SecretId] = SecretString

    def create_secret(self, *, Name: str, Description: str, SecretString: str, **Type: str) -> None:  # noqa: N803 - boto3's names
        assert Description
        if Name in self.texts:
            raise ClientError({"Error": {"Code": "ResourceExistsException", "Message": "it is there"}}, "CreateSecret")
        self.texts[Name], self.about = SecretString, dict(Type)

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert SecretId in self.texts
        return self.about

    def update_secret_version_stage(self, *, SecretId: str, VersionStage: str, RemoveFromVersionId: str) -> None:  # noqa: N803 - boto3's names
        if not self.may_take_off:
            error = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
            raise ClientError(error, "UpdateSecretVersionStage")
        self.taken_off.append((SecretId, VersionStage, RemoveFromVersionId))

    @property
    def document(self) -> Any:
        return json.loads(self.texts[_NAME])


def _plan(**gitlab: Any) -> Plan:
    names = Names("123456789012", "eu-central-1", "gitlab-ecr")
    declared: Any = {"acme/web": {"pull": ["app"]}}
    plan = consumers.plan(names, "prod", {}, ["app"], declared, renewal=TokenRenewal.MANAGED)
    assert plan.gitlab is not None
    return replace(plan, gitlab=replace(plan.gitlab, **gitlab))


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.start(now=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC)) as started:
        started.create_group("acme", 20)
        started.create_project("acme/web", 7)
        started.add_member("bot", "acme/web", 40)
        yield started


def _reader(gitlab: GitLab, token: str) -> GitLabApi:
    clock = SystemClock()
    http = PooledHttp(Deadline(clock, 30), connections=1, allow_http=True)
    return GitLabApi(gitlab.url, Secret(token), http)


def _set(gitlab: GitLab, token: str, secrets: FakeSecrets, **changes: Any) -> list[str]:
    return list(set_token(_plan(**changes), Secret(token), _reader(gitlab, token), secrets, today=_TODAY))


def _id(gitlab: GitLab, token: str) -> str:
    return str(_reader(gitlab, token).get("personal_access_tokens/self")["id"])


def test_a_persons_token_is_stored_with_its_id_and_instance_in_a_secret_of_the_type(gitlab: GitLab) -> None:
    token, secrets = gitlab.create_token("bot", ["api"], user="bot"), FakeSecrets()
    assert _set(gitlab, token, secrets) == []
    assert secrets.document == {"token": token, "tokenId": _id(gitlab, token), "gitlabUrl": _URL}
    assert secrets.about == _TYPED


@pytest.mark.parametrize(
    ("owner", "expected"), [({"project": "acme/web"}, {"projectId": "7"}), ({"group": "acme"}, {"groupId": "20"})]
)
def test_a_projects_or_a_groups_token_names_its_owner(
    gitlab: GitLab, owner: dict[str, Any], expected: dict[str, str]
) -> None:
    token, secrets = gitlab.create_token("o", ["api"], **owner), FakeSecrets()
    make_secret(
        _NAME, Secret(token), _reader(gitlab, token), secrets, today=_TODAY, renewal=TokenRenewal.MANAGED, url=_URL
    )
    assert {key: text for key, text in secrets.document.items() if key.endswith("Id") and key != "tokenId"} == expected


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"bot": True, "username": "project_12_bot_4ffca233d8298ea1"}, {"projectId": "12"}),
        ({"bot": True, "username": "group_9_bot"}, {"groupId": "9"}),
        ({"bot": False, "username": "project_12_bot_4ffca233d8298ea1"}, {}),
        ({"bot": True, "username": "service_account_12"}, {}),
        ({"username": "alice"}, {}),
    ],
)
def test_an_older_gitlab_shows_the_owner_in_the_name_of_its_bot(
    monkeypatch: pytest.MonkeyPatch, gitlab: GitLab, user: dict[str, Any], expected: dict[str, str]
) -> None:
    about = {"id": 5, "scopes": ["api"], "expires_at": None}
    monkeypatch.setattr(GitLabApi, "get", lambda _, path: user if path == "user" else about)
    secrets = FakeSecrets()
    reader = _reader(gitlab, "glpat-fake-0000")
    make_secret(_NAME, Secret("glpat-fake-0000"), reader, secrets, today=_TODAY, renewal=TokenRenewal.MANAGED, url=_URL)
    assert secrets.document == {"token": "glpat-fake-0000", "tokenId": "5", "gitlabUrl": _URL, **expected}


def test_a_secret_of_the_type_gets_a_new_value(gitlab: GitLab) -> None:
    token, secrets = gitlab.create_token("bot", ["api"], user="bot"), FakeSecrets(**_TYPED)
    assert _set(gitlab, token, secrets) == []
    assert secrets.document["token"] == token


@pytest.mark.parametrize("about", [{"Name": _NAME}, {"Type": "SalesforceClientSecret"}])
def test_a_secret_of_another_type_is_refused_and_kept(gitlab: GitLab, about: dict[str, str]) -> None:
    token, secrets = gitlab.create_token("bot", ["api"], user="bot"), FakeSecrets(**about)
    with pytest.raises(CliError) as refused:
        _set(gitlab, token, secrets)
    assert secrets.texts == {_NAME: "before"}
    found = about.get("Type", "not set")
    assert str(refused.value).startswith(f"nothing is stored. {_NAME}: its type is {found}, not GitLabAccessToken, so")
    assert f"aws secretsmanager delete-secret --secret-id {_NAME} --force-delete-without-recovery" in str(refused.value)


def test_a_secret_with_a_key_that_nobody_here_may_use_is_refused_and_kept(gitlab: GitLab) -> None:
    token = gitlab.create_token("bot", ["api"], user="bot")
    secrets = FakeSecrets(**_TYPED, KmsKeyId="arn:aws:kms:eu-central-1:123456789012:key/fake")
    with pytest.raises(CliError, match=r"its KMS key is arn:aws:kms:.*:key/fake, which neither the rotator nor"):
        _set(gitlab, token, secrets)
    assert secrets.texts == {_NAME: "before"}


def test_a_leftover_pending_label_is_removed_so_that_the_next_renewal_can_begin(gitlab: GitLab) -> None:
    token = gitlab.create_token("bot", ["api"], user="bot")
    stages = {"v1": ["AWSCURRENT"], "v2": ["AWSPENDING"], "v0": ["AWSPREVIOUS"]}
    secrets = FakeSecrets(**_TYPED, VersionIdsToStages=stages)
    assert _set(gitlab, token, secrets) == []
    assert secrets.taken_off == [(_NAME, "AWSPENDING", "v2")]
    done = {"v1": ["AWSPREVIOUS"], "v2": ["AWSCURRENT", "AWSPENDING"]}
    secrets = FakeSecrets(**_TYPED, VersionIdsToStages=done)
    assert _set(gitlab, token, secrets) == []
    assert secrets.taken_off == []


def test_without_the_right_to_remove_that_label_the_token_is_stored_and_the_command_named(gitlab: GitLab) -> None:
    token = gitlab.create_token("bot", ["api"], user="bot")
    secrets = FakeSecrets(**_TYPED, VersionIdsToStages={"v1": ["AWSCURRENT"], "v2": ["AWSPENDING"]})
    secrets.may_take_off = False
    (note,) = _set(gitlab, token, secrets)
    assert note.startswith("the label AWSPENDING stays on version v2 (AccessDeniedException: no), and with it Secrets")
    assert note.endswith(f"--secret-id {_NAME} --version-stage AWSPENDING --remove-from-version-id v2")
    assert secrets.document["token"] == token


def test_a_fine_grained_token_is_refused_and_the_way_out_named(gitlab: GitLab) -> None:
    permissions = ["Variable: Read", "Variable: Create", "Variable: Update", "Personal Access Token: Read"]
    token = gitlab.create_fine_grained_token("least", "bot", permissions, ["acme/web"], date(2027, 11, 1))
    secrets = FakeSecrets()
    with pytest.raises(CliError, match=r"got a fine-grained token, but AWS renews tokens with the scope api; .*own"):
        _set(gitlab, token, secrets)
    assert secrets.texts == {}


@pytest.mark.parametrize("scopes", [["self_rotate"], ["read_api", "self_rotate"]])
def test_a_token_that_may_only_renew_itself_writes_no_variable(gitlab: GitLab, scopes: list[str]) -> None:
    secrets = FakeSecrets()
    with pytest.raises(CliError, match="no other scope can write variables"):
        _set(gitlab, gitlab.create_token("bot", scopes, user="bot"), secrets)
    assert secrets.texts == {}


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "https://gitlab.corp.internal", "https://10.0.0.7"])
def test_an_instance_that_aws_cannot_reach_is_refused_before_up(gitlab: GitLab, url: str) -> None:
    token, secrets = gitlab.create_token("bot", ["api"], user="bot"), FakeSecrets()
    with pytest.raises(CliError, match=r"nothing is stored\. tokenRenewal managed: AWS itself calls GitLab, over the"):
        make_secret(
            _NAME, Secret(token), _reader(gitlab, token), secrets, today=_TODAY, renewal=TokenRenewal.MANAGED, url=url
        )
    assert secrets.texts == {}


def test_a_token_that_expires_soon_is_not_stored(gitlab: GitLab) -> None:
    token, secrets = gitlab.create_token("bot", ["api"], user="bot", expires_at=date(2026, 11, 30)), FakeSecrets()
    with pytest.raises(CliError, match="expiry: it ends in 8 days"):
        _set(gitlab, token, secrets)
    assert secrets.texts == {}


def test_managed_is_an_option_before_up_only() -> None:
    ran = CliRunner().invoke(token_command.command, ["set", "--managed", "--function", "gitlab-ecr-prod-rotator"])
    assert ran.exit_code == 2
    assert "--managed: only with --secret; for a stack that runs, its plan says who renews the token" in ran.output

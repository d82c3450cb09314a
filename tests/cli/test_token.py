"""`token set` against the GitLab emulator."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from components.cli.errors import CliError
from components.cli.gitlab_api import GitLabApi, ReadError
from components.cli.token import check_token, make_secret, set_token
from components.consumers import derivation as consumers
from components.consumers.args import Access
from components.contract.plan import Plan
from components.names.naming import Names
from components.rotation.clock import Deadline, SystemClock
from components.rotation.http import PooledHttp
from components.rotation.secret import Secret
from rehearsal.gitlab import GitLab

_TODAY = date(2026, 11, 22)


class FakeSecrets(dict[str, str]):
    """Secrets Manager, as far as it is asked."""

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:  # noqa: N803 - boto3's names
        self[SecretId] = SecretString

    def create_secret(self, *, Name: str, Description: str, SecretString: str) -> None:  # noqa: N803 - boto3's names
        del Description
        if Name in self:
            error = {"Error": {"Code": "ResourceExistsException", "Message": "it is there"}}
            raise ClientError(error, "CreateSecret")
        self[Name] = SecretString


def plan() -> Plan:
    names = Names("123456789012", "eu-central-1", "gitlab-ecr")
    declared: Any = {
        "acme/web": {"pull": ["app"]},
        "acme/backend": {"pull": ["app"], "kind": "group", "id": 20},
        "acme/old": {"pull": ["app"], "access": Access.ACCESS_KEYS, "long_lived_keys": True},
    }
    return consumers.plan(names, "prod", {}, ["app"], declared)


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.start(now=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC)) as started:
        started.create_project("acme/web", 7)
        started.create_group("acme/backend", 20)
        started.create_project("acme/old", 8)
        started.add_member("bot", "acme/web", 40)
        started.add_member("bot", "acme/old", 40)
        started.add_member("bot", "acme/backend", 50)
        yield started


@pytest.fixture
def store(gitlab: GitLab) -> Callable[[str], FakeSecrets]:
    clock = SystemClock()
    http = PooledHttp(clock, Deadline(clock, 30), connections=1, allow_http=True)

    def run(token: str) -> FakeSecrets:
        stored = FakeSecrets()
        reader = GitLabApi(gitlab.url, Secret(token), http)
        set_token(plan(), Secret(token), reader, stored, today=_TODAY)
        return stored

    return run


def test_a_token_that_does_is_stored(gitlab: GitLab, store: Callable[[str], FakeSecrets]) -> None:
    token = gitlab.create_token("bot", ["api"], user="bot")
    assert store(token) == {"gitlab-ecr/gitlab-token": token}


def test_a_token_of_too_small_a_scope_is_not(gitlab: GitLab, store: Callable[[str], FakeSecrets]) -> None:
    with pytest.raises(CliError, match=r"^nothing is stored\. scope: got read_api; create a token with api"):
        store(gitlab.create_token("bot", ["read_api"], user="bot"))


def test_a_token_that_ends_soon_is_not(gitlab: GitLab, store: Callable[[str], FakeSecrets]) -> None:
    with pytest.raises(
        CliError, match=r"expiry: it ends in 8 days, on 2026-11-30; create one that lasts 30 days or more"
    ):
        store(gitlab.create_token("bot", ["api"], user="bot", expires_at=date(2026, 11, 30)))


def test_every_target_with_too_low_a_role_is_named(gitlab: GitLab, store: Callable[[str], FakeSecrets]) -> None:
    gitlab.add_member("dev", "acme/web", 30)
    gitlab.add_member("dev", "acme/backend", 40)
    gitlab.add_member("dev", "acme/old", 30)
    with pytest.raises(CliError) as refused:
        store(gitlab.create_token("dev", ["api"], user="dev"))
    assert "project acme/web: its role is too low; give the token's user the role Maintainer there" in str(
        refused.value
    )
    assert str(refused.value).count("project acme/old: its role is too low") == 1  # of both variables of its key
    assert "group acme/backend: its role is too low; give the token's user the role Owner there" in str(refused.value)


def test_a_target_that_the_token_cannot_see_is_named(gitlab: GitLab, store: Callable[[str], FakeSecrets]) -> None:
    with pytest.raises(CliError, match=r"project acme/web: GitLab answered 404 for projects/acme%2Fweb/variables"):
        store(gitlab.create_token("o", ["api"], group="acme/backend"))


def test_a_token_that_gitlab_does_not_know_is_not_stored(store: Callable[[str], FakeSecrets]) -> None:
    with pytest.raises(ReadError, match=r"^GitLab answered 401 for personal_access_tokens/self$"):
        store("glpat-fake-0000")


def test_nothing_is_stored_of_a_token_that_does_not(gitlab: GitLab) -> None:
    clock, stored = SystemClock(), FakeSecrets()
    token = gitlab.create_token("bot", ["read_api"], user="bot")
    http = PooledHttp(clock, Deadline(clock, 30), connections=1, allow_http=True)
    with pytest.raises(CliError) as refused:
        set_token(plan(), Secret(token), GitLabApi(gitlab.url, Secret(token), http), stored, today=_TODAY)
    assert stored == {}
    assert token not in str(refused.value)


@pytest.mark.parametrize("before", [{}, {"gitlab-ecr/gitlab-token": "glpat-fake-before"}], ids=["new", "there already"])
def test_before_up_the_secret_is_made_with_a_token_that_does(gitlab: GitLab, before: dict[str, str]) -> None:
    clock, stored = SystemClock(), FakeSecrets(before)
    http = PooledHttp(clock, Deadline(clock, 30), connections=1, allow_http=True)
    token = gitlab.create_token("bot", ["api"], user="bot")
    reader = GitLabApi(gitlab.url, Secret(token), http)
    make_secret("gitlab-ecr/gitlab-token", Secret(token), reader, stored, today=_TODAY)
    assert stored == {"gitlab-ecr/gitlab-token": token}


def test_before_up_a_token_that_does_not_makes_no_secret(gitlab: GitLab) -> None:
    clock, stored = SystemClock(), FakeSecrets()
    http = PooledHttp(clock, Deadline(clock, 30), connections=1, allow_http=True)
    token = gitlab.create_token("bot", ["read_api"], user="bot")
    with pytest.raises(CliError, match="nothing is stored"):
        make_secret("x/gitlab-token", Secret(token), GitLabApi(gitlab.url, Secret(token), http), stored, today=_TODAY)
    assert stored == {}


def test_only_an_administrators_token_writes_variables_of_the_instance(
    gitlab: GitLab,
) -> None:
    names = Names("123456789012", "eu-central-1", "gitlab-ecr")
    declared: Any = {"instance": {"kind": "instance", "pull": ["app"]}}
    wanted = consumers.plan(names, "prod", {"url": "https://gitlab.example.com"}, ["app"], declared)
    clock = SystemClock()
    http = PooledHttp(clock, Deadline(clock, 30), connections=1, allow_http=True)
    token = gitlab.create_token("bot", ["api"], user="bot")
    reader = GitLabApi(gitlab.url, Secret(token), http)
    (problem,) = check_token(wanted, reader, _TODAY)
    assert problem == (
        "instance: GitLab answered 403 for admin/ci/variables; only an administrator's token writes its variables, "
        "where Admin Mode is on with the scope admin_mode"
    )
    gitlab.make_administrator("bot")
    assert check_token(wanted, reader, _TODAY) == []

"""`token set` against the GitLab emulator."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from components.cli.errors import CliError
from components.cli.gitlab_api import GitLabApi, ReadError
from components.cli.token import make_secret, set_token
from components.cli.token_check import TokenFindings, check_itself, check_token
from components.consumers import derivation as consumers
from components.contract.plan import Plan
from components.names.access import Access
from components.names.naming import Names
from components.rotation.clock import Deadline, SystemClock
from components.rotation.http import PooledHttp
from components.rotation.secret import Secret
from rehearsal.gitlab.emulator import GitLab

_TODAY = date(2026, 11, 22)


class FakeSecrets(dict[str, str]):
    """Secrets Manager, as far as the command uses it."""

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> None:  # noqa: N803 - boto3's names
        self[SecretId] = SecretString

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        raise AssertionError(f"looked at {SecretId}")

    def update_secret_version_stage(self, *, SecretId: str, VersionStage: str, RemoveFromVersionId: str) -> None:  # noqa: N803 - boto3's names
        raise AssertionError(f"took {VersionStage} off {RemoveFromVersionId} of {SecretId}")

    def create_secret(self, *, Name: str, Description: str, SecretString: str, **Type: str) -> None:  # noqa: N803 - boto3's names
        assert Description
        assert not Type
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
    http = PooledHttp(Deadline(clock, 30), connections=1, allow_http=True)

    def run(token: str) -> FakeSecrets:
        stored = FakeSecrets()
        reader = GitLabApi(gitlab.url, Secret(token), http)
        set_token(plan(), Secret(token), reader, stored, today=_TODAY)
        return stored

    return run


def test_a_good_token_is_stored(gitlab: GitLab, store: Callable[[str], FakeSecrets]) -> None:
    token = gitlab.create_token("bot", ["api"], user="bot")
    assert store(token) == {"gitlab-ecr/gitlab-token": token}


def test_a_token_with_too_small_a_scope_is_not_stored(gitlab: GitLab, store: Callable[[str], FakeSecrets]) -> None:
    message = (
        r"^nothing is stored\. scope: got read_api; create a fine-grained token with Variable: Read, Create and Update"
    )
    with pytest.raises(CliError, match=message):
        store(gitlab.create_token("bot", ["read_api"], user="bot"))


def test_a_token_that_expires_soon_is_not_stored(gitlab: GitLab, store: Callable[[str], FakeSecrets]) -> None:
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


def test_nothing_of_a_refused_token_is_stored_or_shown(gitlab: GitLab) -> None:
    clock, stored = SystemClock(), FakeSecrets()
    token = gitlab.create_token("bot", ["read_api"], user="bot")
    http = PooledHttp(Deadline(clock, 30), connections=1, allow_http=True)
    with pytest.raises(CliError) as refused:
        set_token(plan(), Secret(token), GitLabApi(gitlab.url, Secret(token), http), stored, today=_TODAY)
    assert stored == {}
    assert token not in str(refused.value)


@pytest.mark.parametrize("before", [{}, {"gitlab-ecr/gitlab-token": "glpat-fake-before"}], ids=["new", "there already"])
def test_before_up_the_secret_is_made_with_a_good_token(gitlab: GitLab, before: dict[str, str]) -> None:
    clock, stored = SystemClock(), FakeSecrets(before)
    http = PooledHttp(Deadline(clock, 30), connections=1, allow_http=True)
    token = gitlab.create_token("bot", ["api"], user="bot")
    reader = GitLabApi(gitlab.url, Secret(token), http)
    make_secret("gitlab-ecr/gitlab-token", Secret(token), reader, stored, today=_TODAY)
    assert stored == {"gitlab-ecr/gitlab-token": token}


def test_before_up_a_refused_token_makes_no_secret(gitlab: GitLab) -> None:
    clock, stored = SystemClock(), FakeSecrets()
    http = PooledHttp(Deadline(clock, 30), connections=1, allow_http=True)
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
    http = PooledHttp(Deadline(clock, 30), connections=1, allow_http=True)
    token = gitlab.create_token("bot", ["api"], user="bot")
    reader = GitLabApi(gitlab.url, Secret(token), http)
    (problem,) = check_token(wanted, reader, _TODAY).problems
    assert problem == (
        "instance: GitLab answered 403 for admin/ci/variables; only an administrator's token writes its variables, "
        "where Admin Mode is on with the scope admin_mode"
    )
    gitlab.make_administrator("bot")
    assert check_token(wanted, reader, _TODAY) == TokenFindings()


_ALL = ["Variable: Read", "Variable: Create", "Variable: Update"]
_ITSELF = ["Personal Access Token: Read", "Personal Access Token: Rotate"]
_PLACES = ["acme/web", "acme/old", "acme/backend"]


def _judged(gitlab: GitLab, permissions: list[str], places: list[str] = _PLACES) -> TokenFindings:
    for kind, path in (("project", "acme/web"), ("group", "acme/backend"), ("project", "acme/old")):
        keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] if path == "acme/old" else ["DOCKER_AUTH_CONFIG"]
        for key in keys:
            gitlab.set_variable(kind, path, key, "the-value-before", description="gitlab-ecr: x", masked=True)
    clock = SystemClock()
    http = PooledHttp(Deadline(clock, 30), connections=1, allow_http=True)
    token = gitlab.create_fine_grained_token("least", "bot", permissions, places, date(2027, 11, 1))
    return check_token(plan(), GitLabApi(gitlab.url, Secret(token), http), _TODAY)


def test_a_fine_grained_token_with_just_the_permissions_is_accepted(gitlab: GitLab) -> None:
    assert _judged(gitlab, _ALL + _ITSELF) == TokenFindings(granular=True)
    record = gitlab.variable("project", "acme/web", "DOCKER_AUTH_CONFIG")
    assert record is not None
    assert (record["value"], record["description"], record["masked"]) == ("the-value-before", "gitlab-ecr: x", True)
    tried = [(event.method, event.path.partition("?")[0]) for event in gitlab.events if event.method == "PUT"]
    assert len(tried) == 3  # one of each owner


@pytest.mark.parametrize("without", ["Variable: Read", "Variable: Update"])
def test_the_rights_that_a_fine_grained_token_lacks_are_named_as_gitlab_names_them(
    gitlab: GitLab, without: str
) -> None:
    found = _judged(gitlab, [name for name in _ALL + _ITSELF if name != without])
    assert len(found.problems) == 3
    for problem, place in zip(
        found.problems, ("project acme/web", "group acme/backend", "project acme/old"), strict=True
    ):
        assert place in problem
        assert f"lacks the required permissions: [{without}]" in problem
        assert "needs Variable: Read, Create and Update" in problem


def test_a_group_that_a_fine_grained_token_does_not_cover_is_named(gitlab: GitLab) -> None:
    (problem,) = _judged(gitlab, _ALL + _ITSELF, ["acme/web", "acme/old"]).problems
    assert 'lacks the required permissions: [Variable: Read] for "acme/backend"' in problem


@pytest.mark.parametrize("without", [_ITSELF, _ITSELF[:1]])
def test_a_token_that_may_not_read_itself_works_and_a_note_names_the_consequence(
    gitlab: GitLab, without: list[str]
) -> None:
    found = _judged(gitlab, [name for name in _ALL + _ITSELF if name not in without])
    assert found.problems == []
    (note,) = found.notes
    assert "[Personal Access Token: Read]" in note
    assert "it cannot be renewed, and nobody knows when it expires" in note


def test_before_there_is_a_variable_nothing_is_tried_and_a_note_says_so(gitlab: GitLab) -> None:
    clock = SystemClock()
    http = PooledHttp(Deadline(clock, 30), connections=1, allow_http=True)
    token = gitlab.create_fine_grained_token("least", "bot", _ALL + _ITSELF, _PLACES)
    found = check_token(plan(), GitLabApi(gitlab.url, Secret(token), http), _TODAY)
    assert found.problems == []
    assert len(found.notes) == 3
    assert all("does not exist yet, so the token could not be tried" in note for note in found.notes)


def test_before_up_a_fine_grained_token_is_stored(gitlab: GitLab) -> None:
    clock, stored = SystemClock(), FakeSecrets()
    http = PooledHttp(Deadline(clock, 30), connections=1, allow_http=True)
    token = gitlab.create_fine_grained_token("least", "bot", _ALL, _PLACES)
    reader = GitLabApi(gitlab.url, Secret(token), http)
    assert check_itself(reader, _TODAY).granular
    (note,) = make_secret("x/gitlab-token", Secret(token), reader, stored, today=_TODAY)
    assert "cannot be renewed" in note
    assert stored == {"x/gitlab-token": token}


def test_a_fine_grained_token_that_ends_soon_is_not_stored(gitlab: GitLab) -> None:
    clock = SystemClock()
    http = PooledHttp(Deadline(clock, 30), connections=1, allow_http=True)
    token = gitlab.create_fine_grained_token("least", "bot", _ALL + _ITSELF, _PLACES, date(2026, 11, 30))
    assert "expiry: it ends in 8 days" in check_itself(GitLabApi(gitlab.url, Secret(token), http), _TODAY).problems[0]


def test_granular_beside_another_scope_is_read_as_scopes(gitlab: GitLab) -> None:
    clock = SystemClock()
    http = PooledHttp(Deadline(clock, 30), connections=1, allow_http=True)
    token = gitlab.create_token("odd", ["granular", "read_api"], user="bot")
    found = check_itself(GitLabApi(gitlab.url, Secret(token), http), _TODAY)
    assert not found.granular
    assert found.problems[0].startswith("scope: got granular, read_api;")

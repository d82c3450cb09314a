"""A token that is renewed while a run goes on: the run finds the new one, and reports a renewal that is stuck."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from plans import plan_of, target
from scripted import GITLAB_TOKEN, World

from components.contract.firing import FiredBy
from components.contract.plan import Plan, TokenRenewal
from components.rotation.aws import AwsError
from components.rotation.gitlab_secret import tokens_in, wrong_form
from components.rotation.http import Response
from components.rotation.managed_token import ManagedToken
from components.rotation.results import Status
from components.rotation.secret import Secret, TokenError

_URL = "https://gitlab.example.com"
_NEW = "glpat-fake-renewed-Qh7Rb2"
_SECRET, _PENDING = "fake/gitlab-token", "fake/gitlab-token AWSPENDING"
_MAKE = f"`gitlab-ecr token set --secret {_SECRET} --managed`"
_PATHS = ("acme/api", "acme/shop", "acme/web")


def _managed(token: str, **changes: Any) -> str:
    fields = {"token": token, "tokenId": "70001", "gitlabUrl": _URL, **changes}
    return json.dumps({key: value for key, value in fields.items() if value is not None})


def _plan(renewal: TokenRenewal = TokenRenewal.MANAGED) -> Plan:
    return plan_of(*(target(path) for path in _PATHS), token_renewal=renewal)


def _world(text: str = "", **others: str) -> World:
    world = World(secrets={_SECRET: text or _managed(GITLAB_TOKEN), **others})
    for path in _PATHS:
        world.seed(path)
    return world


class _Gitlab:
    """A GitLab that refuses a token after so many requests, when somebody else has rotated it."""

    def __init__(self, world: World, after: int, then: Callable[[], None]) -> None:
        self._world, self._left, self._then = world, after, then
        world.gitlab_fault = self

    def __call__(self, method: str, path: str) -> Response | None:
        del method, path
        self._left -= 1
        if self._left == 0:
            self._then()
        return None


@pytest.mark.parametrize("renewal", list(TokenRenewal))
@pytest.mark.parametrize("after", range(1, 8))
def test_a_run_goes_on_with_the_token_that_replaced_its_own(renewal: TokenRenewal, after: int) -> None:
    texts = {TokenRenewal.OWN: (GITLAB_TOKEN, _NEW), TokenRenewal.MANAGED: (_managed(GITLAB_TOKEN), _managed(_NEW))}
    before, later = texts[renewal]
    world = _world(before)
    world.accepted = {GITLAB_TOKEN}

    def renew() -> None:
        world.accepted = {_NEW}
        world.secrets[_SECRET] = later

    _Gitlab(world, after, renew)
    report = world.rotate(_plan(renewal))
    assert [result.status for result in report.targets] == [Status.PUBLISHED] * 3
    assert not report.failures
    assert all(world.works(path) for path in _PATHS)


def test_while_the_new_token_is_only_pending_the_run_uses_it_and_says_so() -> None:
    world = _world(_managed(GITLAB_TOKEN), **{_PENDING: _managed(_NEW)})
    world.accepted = {_NEW}
    report = world.rotate(_plan())
    assert [result.status for result in report.targets] == [Status.PUBLISHED] * 3
    assert any("refuses the current GitLab token and accepts the pending one" in words for words in report.warnings)
    assert _NEW not in report.log_line()


@pytest.mark.parametrize(
    "pending", ["", '{"claimed_at": "2026-11-26T12:00:00+00:00", "by": "run"}', _managed("glpat-x")]
)
def test_a_pending_version_without_a_working_token_is_useless(pending: str) -> None:
    world = _world(_managed(GITLAB_TOKEN), **({_PENDING: pending} if pending else {}))
    world.accepted = set()
    report = world.rotate(_plan())
    assert [result.status for result in report.targets] == [Status.FAILED] * 3
    assert all("GitLab answered 401" in result.reason for result in report.targets)
    reads = [call for call in world.calls if call.startswith("secret ")]
    assert len(reads) <= 4  # once for each refused token, not once for each variable


def test_a_working_token_is_never_compared_with_a_pending_one() -> None:
    world = _world()
    world.rotate(_plan())
    assert f"secret {_PENDING}" not in world.calls


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        (GITLAB_TOKEN, "tokenId and gitlabUrl"),
        (_managed(GITLAB_TOKEN, tokenId=None), "tokenId"),
        (_managed(GITLAB_TOKEN, gitlabUrl=""), "gitlabUrl"),
        (json.dumps({"tokens": [GITLAB_TOKEN]}), "token and tokenId and gitlabUrl"),
    ],
)
def test_a_form_that_secrets_manager_cannot_renew_works_with_a_warning(text: str, lacking: str) -> None:
    report = _world(text).rotate(_plan())
    assert not report.failures
    (words,) = [warning for warning in report.warnings if "Secrets Manager" in warning]
    assert words == (
        f"the secret of the GitLab token lacks {lacking}, without which Secrets Manager cannot renew it; store the "
        "token again with gitlab-ecr token set"
    )
    assert GITLAB_TOKEN not in report.log_line()


@pytest.mark.parametrize("text", [GITLAB_TOKEN, _managed(GITLAB_TOKEN), json.dumps({"tokens": [GITLAB_TOKEN]})])
def test_with_the_rotators_own_renewal_no_form_of_the_secret_gives_a_warning(text: str) -> None:
    assert wrong_form(Secret(text), TokenRenewal.OWN) == ""
    assert _world(text).rotate(_plan(TokenRenewal.OWN)).warnings == []


@pytest.mark.parametrize(
    ("renewal", "words"),
    [
        (TokenRenewal.OWN, "the secret fake/gitlab-token is empty; store one with `gitlab-ecr token set`"),
        (
            TokenRenewal.MANAGED,
            f"the secret {_SECRET} is empty or absent; store a token with {_MAKE}",
        ),
    ],
)
def test_a_deployment_that_finds_the_secret_empty_fails(renewal: TokenRenewal, words: str) -> None:
    world = _world()
    assert not world.rotate(_plan(renewal)).failures
    world.secrets.clear()
    report = world.rotate(_plan(renewal), fired_by=FiredBy.DEPLOY)
    assert {result.reason for result in report.targets} == {words}
    assert len(report.failures) == 3


def test_an_unreadable_secret_is_reported_as_possibly_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(what: str) -> None:
        if what == "secret":
            raise AwsError("AccessDeniedException", "not authorized to perform: secretsmanager:GetSecretValue")

    world = _world()
    monkeypatch.setattr(world, "aws_fault", denied)
    reason = world.rotate(_plan()).targets[0].reason
    assert reason.startswith(
        "no GitLab token: unless the secret fake/gitlab-token holds one, run `gitlab-ecr token set --secret "
        "fake/gitlab-token --managed`; the secret fake/gitlab-token: AccessDeniedException"
    )
    assert "--managed" not in world.rotate(_plan(TokenRenewal.OWN)).targets[0].reason


def test_a_token_of_another_instance_is_not_sent() -> None:
    world = _world(_managed(GITLAB_TOKEN, gitlabUrl="https://gitlab.elsewhere.example"))
    report = world.rotate(_plan())
    assert [result.status for result in report.targets] == [Status.FAILED] * 3
    assert "its gitlabUrl is another instance than the plan's https://gitlab.example.com" in report.targets[0].reason
    assert not [call for call in world.calls if call.startswith("gitlab")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"token": ""}', "the secret of the GitLab token, token: is empty"),
        ('{"token": 7}', "the secret of the GitLab token, token: is empty"),
        ('{"token": "two words"}', "holds a quote, white space"),
        ("{", "the secret of the GitLab token: "),
        ('{"tokenId": "1"}', "got JSON without tokens"),
    ],
)
def test_a_wrong_value_is_named_and_not_quoted(text: str, words: str) -> None:
    with pytest.raises(TokenError) as refused:
        tokens_in(Secret(text))
    assert words in str(refused.value)
    assert "two words" not in str(refused.value)


def test_the_managed_form_is_the_documented_one_and_is_read_back() -> None:
    token = Secret(GITLAB_TOKEN)
    assert json.loads(ManagedToken(token, 7, _URL).dumps().reveal()) == {
        "token": GITLAB_TOKEN,
        "tokenId": "7",
        "gitlabUrl": _URL,
    }
    for owner, key in ((("project", 12), "projectId"), (("group", 12), "groupId")):
        text = ManagedToken(token, 7, _URL, owner).dumps()
        assert json.loads(text.reveal())[key] == "12"
        assert tokens_in(text, _URL) == [token]
        assert wrong_form(text, TokenRenewal.MANAGED) == ""
        assert GITLAB_TOKEN not in repr(text)

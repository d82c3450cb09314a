"""Whatever one project, GitLab or a secret holds, the run goes on, reports, and changes nothing that it cannot read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from plans import FLAGS, HOST, plan_of, target
from scripted import GITLAB_TOKEN, World, answer
from scripted_iam import ID, SECRET, key_user, seed_keys

from components.contract import plan
from components.rotation import memory, metrics
from components.rotation.gitlab import GitLabError
from components.rotation.http import Response
from components.rotation.renewal.gitlab_tokens import GitLabTokens
from components.rotation.report import Report
from components.rotation.results import Status
from components.rotation.secret import Secret

_OURS = "an error in gitlab-ecr itself"
_HIDDEN = target("acme/z", flags=replace(FLAGS, hidden=True), foreign="fake/foreign")
_PLAN = replace(plan_of(target("acme/a"), target("acme/odd"), _HIDDEN), key_users=(key_user(),))

_NUMBERS = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
_TOO_FAR = "gitlab-ecr: h.example.com, valid until 2099-01-01T00:00Z"
_ODD_TEXTS = st.sampled_from(["\ud800", "\x00", "\u202e", "'", '"', "glpat-x", _TOO_FAR, "9" * 300])
_TEXTS = st.text(st.characters(codec=None), max_size=30) | _ODD_TEXTS
_NAMES = _TEXTS | st.sampled_from(["auths", "auth", HOST])
_ANYTHING = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
    max_leaves=12,
)
_NOT_JSON = st.sampled_from(
    [
        "[" * 10_000,
        '{"a":' * 4_000,
        "9" * 9_000,
        "1e999",
        "NaN",
        '"' + "\n" * 5_000,
        '{"auths":{},"auths":{}}',
        "{'a'",
        "\ufeff{}",
        '{"auths":{"' + "a" * 9_000 + '":{}}}',
        '{"auths":{"x":{"auth":"' + "=" * 9_000 + '"}}}',
        '{"auths":1e999}',
    ]
)
_VALUES = _ANYTHING.map(json.dumps) | _NOT_JSON | _TEXTS
_KEYS = st.sampled_from(
    ["key", "value", "description", "variable_type", "masked", "protected", "raw", "hidden", "message", "error", "id"]
)
_ANSWERS = st.dictionaries(_KEYS, _ANYTHING | _NOT_JSON, max_size=8) | _ANYTHING
_STATUS = st.sampled_from([200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 409, 418, 429, 500, 999])


def _world() -> World:
    world = World()
    for path in ("acme/a", "acme/odd"):
        world.seed(path)
    world.seed("acme/z", hidden=True)
    world.secrets["fake/foreign"] = '{"auths":{}}'
    seed_keys(world)
    return world


def _check(report: Report, world: World) -> None:
    """What holds in every run."""
    assert {result.target.path: result.status for result in report.targets}["acme/a"] is Status.PUBLISHED
    assert world.works("acme/a")
    line = report.log_line() + metrics.line(report) + json.dumps(report.short())
    assert line.isascii()
    assert GITLAB_TOKEN not in line
    for result in (*report.targets, *report.keys):
        assert result.reason.isprintable()
        assert _OURS not in result.reason
        assert result.status is not Status.FAILED or result.reason


@given(_VALUES)
def test_any_value_is_merged_or_left_as_it_was(value: str) -> None:
    world = _world()
    world.variable("acme/odd")["value"] = value
    report = world.rotate(_PLAN)
    _check(report, world)
    if report.targets[1].status is Status.FAILED:
        assert world.variable("acme/odd")["value"] == value
        assert any("acme/odd" in line for line in report.failures)
    else:
        assert world.works("acme/odd")


@given(_VALUES, _VALUES)
def test_other_targets_are_written_with_any_access_keys_and_foreign_entries(one: str, other: str) -> None:
    world = _world()
    world.variables["acme/scripts", ID, "*"]["value"] = one
    world.variables["acme/scripts", SECRET, "*"].update(value=other, description=one)
    world.secrets["fake/foreign"] = other or "{}"
    _check(world.rotate(_PLAN), world)


def _answering(method: str, status: int, body: bytes) -> Callable[[str, str], Response | None]:
    return lambda asked, path: Response(status, {}, body) if "acme/odd" in path and method in (asked, "any") else None


@given(st.sampled_from(["GET", "PUT", "any"]), _STATUS, _ANSWERS.map(json.dumps) | _NOT_JSON | _TEXTS)
def test_other_targets_are_written_with_any_answer_for_one_project(method: str, status: int, body: str) -> None:
    world = _world()
    world.gitlab_fault = _answering(method, status, body.encode(errors="surrogatepass"))
    _check(world.rotate(_PLAN), world)


@given(_ANSWERS.map(json.dumps) | _NOT_JSON, _STATUS)
def test_a_run_reports_with_any_answer_about_the_token(body: str, status: int) -> None:
    world = _world()
    about = "personal_access_tokens/self"
    world.gitlab_fault = lambda _, path: (
        Response(status, {}, body.encode(errors="surrogatepass")) if path == about else None
    )
    report = world.rotate(_PLAN)
    assert _OURS not in report.log_line()
    _check(report, world)


@pytest.mark.parametrize("field", ["id", "user_id", "expires_at"])
@given(value=_ANYTHING | st.sampled_from([1e999, float("nan"), "2099-13-01", "9999-12-31", True, 10**4_000]))
def test_the_facts_of_a_token_are_valid_or_raise_a_gitlab_error(field: str, value: Any) -> None:
    body = json.dumps({"id": 1, "user_id": 7, "expires_at": None, field: value})
    api = GitLabTokens("https://gitlab.example.com", _Answering(body))
    try:
        facts = api.facts(Secret(GITLAB_TOKEN))
    except GitLabError as error:
        assert str(error).isprintable()  # noqa: PT017 - either is right
    else:
        assert isinstance(facts.id, int)


class _Answering:
    def __init__(self, body: str) -> None:
        self._body = body

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
        del method, url, headers, body
        return Response(200, {}, self._body.encode(errors="surrogatepass"))


@given(_ANSWERS.map(json.dumps) | _NOT_JSON | _TEXTS)
def test_the_run_goes_on_with_any_content_of_the_parameter(text: str) -> None:
    world = _world()
    world.parameters["/fake/rotator/state"] = text
    _check(world.rotate(_PLAN), world)
    memory.loads(text)


@given(_VALUES)
def test_any_content_of_the_tokens_secret_gives_a_reason_that_does_not_show_it(text: str) -> None:
    world = _world()
    world.secrets["fake/gitlab-token"] = text
    report = world.rotate(_PLAN)
    assert _OURS not in report.log_line()
    assert report.log_line().isascii()


@given(_ANYTHING.map(json.dumps) | _NOT_JSON)
def test_an_invalid_plan_raises_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"^plan"):
        plan.loads(text)


def test_a_value_that_could_stall_a_regular_expression_does_not_delay_the_run() -> None:
    world = _world()
    world.variable("acme/odd")["value"] = '"' + "\n" * 400_000
    _check(world.rotate(_PLAN), world)


def test_an_unexpected_exception_is_reported_in_one_line_without_a_secret() -> None:
    world = _world()

    def broken(method: str, path: str) -> Response | None:
        if "acme/odd" in path and method == "GET":
            raise RecursionError(GITLAB_TOKEN)
        return answer(200, {"nonsense": 1}) if "acme/scripts" in path else None

    world.gitlab_fault = broken
    report = world.rotate(_PLAN)
    odd = next(result for result in report.targets if result.target.path == "acme/odd")
    assert odd.reason.startswith(f"{_OURS}, RecursionError at ")
    assert GITLAB_TOKEN not in report.log_line()
    assert world.works("acme/a")

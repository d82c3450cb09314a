"""The plan: what is written can be read, the parser and the schema agree, and every mistake is named."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import FLAGS, audience, plan_of, target
from scripted_iam import key_user

from components.contract import plan

_SCHEMA = json.loads((Path(plan.__file__).parent / "plan.schema.json").read_text())
_VALIDATOR = jsonschema.Draft202012Validator(_SCHEMA)
_PLAN = replace(
    plan_of(
        target("acme/web"),
        target("acme/group", owner_kind=plan.OwnerKind.GROUP, owner="20", environment_scope="production"),
        target("acme/hidden", flags=replace(FLAGS, hidden=True), foreign="fake/foreign"),
        ca_bundle="-----BEGIN CERTIFICATE-----",
        proxy="http://proxy.example.com:3128",
    ),
    key_users=(key_user(), key_user("acme/others", user="fake-user-others")),
)
_TEXT = st.text(max_size=12)
_REGISTRY = st.builds(plan.Registry, _TEXT, _TEXT, st.lists(_TEXT, min_size=1, max_size=3, unique=True).map(tuple))
_AUDIENCE = st.builds(
    plan.Audience, _TEXT, st.lists(_REGISTRY, min_size=1, max_size=1).map(tuple), st.none() | _TEXT, st.none() | _TEXT
)


@given(st.dictionaries(_TEXT, _AUDIENCE, min_size=1, max_size=3), st.booleans(), st.sampled_from(plan.OwnerKind), _TEXT)
def test_what_is_written_is_read_as_it_was(
    audiences: dict[str, plan.Audience], protected: bool, kind: plan.OwnerKind, path: str
) -> None:
    flags = replace(FLAGS, protected=protected)
    some = plan_of(target(path, next(iter(audiences)), flags=flags, owner_kind=kind), audiences=audiences)
    text = plan.dumps(some)
    assert plan.loads(text) == some
    assert plan.dumps(plan.loads(text)) == text
    _VALIDATOR.validate(json.loads(text))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(_SCHEMA)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    here = [path]
    if isinstance(value, dict):
        return here + [place for key, item in value.items() for place in _places(item, (*path, key))]
    if isinstance(value, list):
        return here + [place for index, item in enumerate(value) for place in _places(item, (*path, index))]
    return here


def _changed(path: tuple[Any, ...], change: Callable[[Any, Any], None]) -> dict[str, Any]:
    document = json.loads(plan.dumps(_PLAN))
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    change(holder, path[-1])
    return document


_PLACES = [place for place in _places(json.loads(plan.dumps(_PLAN))) if place]


def _as_both_say(document: dict[str, Any]) -> tuple[bool, str]:
    try:
        plan.loads(json.dumps(document))
    except ValueError as error:
        return False, str(error)
    return True, ""


# What only the parser can know: whether names meet, and what a URL's scheme is allowed to be.
_BEYOND_THE_SCHEMA = (
    *("is not one of", "only a hidden variable", "write https:// and the host", "stands here twice"),
    "write a shorter grace",
)


@pytest.mark.parametrize("wrong", [None, 7, -1, True, "text", [], {}, [None], {"a": 1}, 1.5])
def test_the_parser_and_the_schema_agree_on_every_wrong_value(wrong: Any) -> None:
    for place in _PLACES:
        document = _changed(place, lambda holder, key: holder.__setitem__(key, wrong))
        accepted, why = _as_both_say(document)
        if not any(words in why for words in _BEYOND_THE_SCHEMA):
            assert accepted == _VALIDATOR.is_valid(document), (place, wrong, why)


def test_the_parser_and_the_schema_agree_that_every_key_is_needed_and_no_other_known() -> None:
    for place in _PLACES:
        missing = _changed(place, lambda holder, key: holder.pop(key))
        if isinstance(place[-1], str) and place[:-1] not in {("audiences",), ("gitlab", "tokens")}:
            assert not _as_both_say(missing)[0]
            assert not _VALIDATOR.is_valid(missing), place
            surplus = _changed(place, lambda holder, _: holder.__setitem__("surplus", 1))
            assert not _as_both_say(surplus)[0]
            assert not _VALIDATOR.is_valid(surplus), place


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("version",), 2, "plan.version: got 2; this rotator reads 1: deploy plan and code together"),
        (("version",), "1", "plan.version: got '1'; write a int"),
        (("gitlab", "url"), "http://gitlab.example.com", "plan.gitlab.url: got 'http://gitlab.example.com'"),
        (("gitlab", "url"), "https://user:fake@gitlab.example.com", "plan.gitlab.url"),
        (("gitlab", "url"), "gitlab.example.com", "plan.gitlab.url"),
        (("gitlab", "proxy"), "http://user:fake@proxy.example.com", "plan.gitlab.proxy: write http://"),
        (("gitlab", "concurrency"), 65, "plan.gitlab.concurrency: got 65; write 1 to 64"),
        (("gitlab", "requests_per_second"), 0, "plan.gitlab.requests_per_second: got 0; write 1 to 1000"),
        (("targets", 0, "token"), "other", "token: 'other' is not one of ['default']"),
        (("targets", 0, "audiences"), ["other"], "audiences: 'other' is not one of ['backend']"),
        (("targets", 0, "audiences"), [], "audiences: got an empty list"),
        (("targets", 0, "audiences"), ["backend", "backend"], "both hold"),
        (("targets", 0, "owner_kind"), "instance", "got 'instance'; write one of ['project', 'group']"),
        (("targets", 0, "foreign"), "fake/foreign", "only a hidden variable needs it"),
        (("targets", 0, "flags", "masked"), 1, "plan.targets[0].flags.masked: got 1; write a bool"),
        (("key_users", 0, "token"), "other", "(project acme/scripts access keys).token: 'other' is not one of"),
        (("key_users", 1, "user"), "fake-user-scripts", "stands here twice; one user has one pair of variables"),
        (("key_users", 0, "grace_minutes"), 43200, "grace_minutes: got 43200 with a max_age_minutes of 43200; write a"),
        (("key_users", 0, "grace_minutes"), 0, "grace_minutes: got 0"),
        (("audiences", "backend", "registries"), [], "plan.audiences.backend.registries: write at least one"),
    ],
)
def test_each_mistake_is_named(path: tuple[Any, ...], value: Any, words: str) -> None:
    accepted, why = _as_both_say(_changed(path, lambda holder, key: holder.__setitem__(key, value)))
    assert not accepted
    assert words in why
    assert "fake@" not in why or "gitlab.url" in why


def test_no_json_is_named() -> None:
    with pytest.raises(ValueError, match="plan: not JSON"):
        plan.loads("{")


def test_http_is_allowed_when_the_plan_says_so() -> None:
    local = plan_of(target("acme/web"), url="http://127.0.0.1:8080", allow_http=True)
    assert plan.loads(plan.dumps(local)) == local


def test_more_targets_than_one_rotator_writes_are_refused_with_the_advice() -> None:
    most = [target(f"acme/{number}") for number in range(plan.TARGET_LIMIT)]
    plan.dumps(plan_of(*most))
    with pytest.raises(ValueError, match=r"got 5001 variables, one rotator writes 5000; move some .* second stack"):
        plan.dumps(plan_of(*most, target("acme/one-more")))


def test_more_users_than_the_rotators_policy_holds_are_refused_with_the_advice() -> None:
    users = tuple(key_user(f"acme/{number}", user=f"user-{number}") for number in range(plan.KEY_USER_LIMIT + 1))
    plan.dumps(replace(plan_of(), key_users=users[1:]))
    with pytest.raises(
        ValueError, match=r"got 31 users, the policy of one rotator holds 30; move some .* second stack"
    ):
        plan.dumps(replace(plan_of(), key_users=users))


def test_a_user_has_two_variables_that_the_rotator_writes_as_it_writes_targets() -> None:
    names = [variable.name for variable in plan.variables(_PLAN)]
    assert names[:3] == [target.name for target in _PLAN.targets]
    assert names[3:5] == ["project acme/scripts AWS_ACCESS_KEY_ID", "project acme/scripts AWS_SECRET_ACCESS_KEY"]
    scoped = key_user(environment_scope="production")
    assert scoped.name == "project acme/scripts access keys (production)"
    assert scoped.secret_target.name == "project acme/scripts AWS_SECRET_ACCESS_KEY (production)"


def test_the_secrets_of_a_plan_are_its_tokens_and_its_foreign_documents() -> None:
    assert plan.secrets(_PLAN) == ["fake/foreign", "fake/gitlab-token"]


def test_a_plan_holds_no_proxy_password() -> None:
    with pytest.raises(ValueError, match="without a user") as caught:
        plan.dumps(plan_of(target("acme/web"), proxy="http://user:fake-password@proxy.example.com"))
    assert "fake-password" not in str(caught.value)


def test_one_host_has_one_audience_in_a_variable() -> None:
    two = {"backend": audience("backend"), "frontend": audience("frontend")}
    with pytest.raises(ValueError, match=r"'backend' and 'frontend' both hold .*: merge the two audiences"):
        plan.dumps(plan_of(target("acme/web", "backend", "frontend"), audiences=two))

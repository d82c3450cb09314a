"""The plan: what is written can be read, what is not a plan is refused, and every mistake is named."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import FLAGS, audience, plan_of, target
from scripted_iam import key_user

from components.contract import plan
from components.contract.load import capacity

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
    plan.Audience, _TEXT, _REGISTRY.map(lambda registry: (registry,)), st.none() | _TEXT, st.none() | _TEXT
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


_PLAIN: Any = json.loads(plan.dumps(_PLAN))
_PLACES = [place for place in _places(_PLAIN) if place]
_MAY_BE_NONE = {"proxy", "ca_bundle", "inside", "outside", "foreign"}


def _spelled(place: tuple[Any, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)


def _refusal(document: dict[str, Any]) -> str:
    """Why the plan is not read; empty when it is."""
    try:
        plan.loads(json.dumps(document))
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("wrong", [None, 7, True, "text", [], {}, 1.5])
def test_a_value_of_another_type_is_refused_with_its_place(wrong: Any) -> None:
    for place in _PLACES:
        old = _PLAIN
        for step in place:
            old = old[step]
        if type(wrong) is not type(old) and not (place[-1] in _MAY_BE_NONE and isinstance(wrong, str | None)):
            why = _refusal(_changed(place, lambda holder, key: holder.__setitem__(key, wrong)))
            assert f"plan{_spelled(place)}" in why, (place, wrong, why)


def test_every_key_is_required_and_an_unknown_one_is_refused() -> None:
    for place in _PLACES:
        if isinstance(place[-1], str) and place[:-1] != ("audiences",):
            owner = f"plan{_spelled(place[:-1])}"
            missing = _changed(place, lambda holder, key: holder.pop(key))
            assert f"{owner}: {place[-1]!r} is missing" in _refusal(missing)
            surplus = _changed(place, lambda holder, _: holder.__setitem__("surplus", 1))
            assert f"{owner}: unknown key 'surplus'" in _refusal(surplus)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("version",), 1, "plan.version: got 1; this rotator reads 4: deploy plan and code together"),
        (("version",), 5, "plan.version: got 5; this rotator reads 4: deploy plan and code together"),
        (("version",), "1", "plan.version: got '1'; write a int"),
        (("gitlab", "url"), "http://gitlab.example.com", "plan.gitlab.url: got 'http://gitlab.example.com'"),
        (("gitlab", "url"), "https://user:fake@gitlab.example.com", "plan.gitlab.url"),
        (("gitlab", "url"), "gitlab.example.com", "plan.gitlab.url"),
        (
            ("gitlab", "proxy"),
            "http://user:fake@proxy.example.com",
            "plan.gitlab.proxy: got a URL that names a user; write",
        ),
        (("gitlab", "token_renewal"), "aws", "plan.gitlab.token_renewal: got 'aws'; write one of ['own', 'managed']"),
        (("gitlab", "concurrency"), 65, "plan.gitlab.concurrency: got 65; write 1 to 64"),
        (("gitlab", "requests_per_second"), 0, "plan.gitlab.requests_per_second: got 0; write 1 to 1000"),
        (("targets", 0, "audience"), "other", "(project acme/web DOCKER_AUTH_CONFIG).audience: 'other' is not one of"),
        (("targets", 0, "owner_kind"), "user", "got 'user'; write one of ['project', 'group', 'instance']"),
        (("targets", 0, "foreign"), "fake/foreign", "only a hidden variable needs it"),
        (("targets", 0, "flags", "variable_type"), "dir", "got 'dir'; write one of ['file', 'env_var']"),
        (("targets", 0, "flags", "masked"), 1, "plan.targets[0].flags.masked: got 1; write a bool"),
        (("key_users", 1, "user"), "fake-user-scripts", "is listed twice; a user has one pair of variables"),
        (("key_users", 0, "grace_minutes"), 43200, "grace_minutes: got 43200 with a max_age_minutes of 43200; write a"),
        (("key_users", 0, "grace_minutes"), 0, "grace_minutes: got 0"),
        (("audiences", "backend", "registries"), [], "plan.audiences.backend.registries: write at least one"),
    ],
)
def test_each_mistake_is_named(path: tuple[Any, ...], value: Any, words: str) -> None:
    why = _refusal(_changed(path, lambda holder, key: holder.__setitem__(key, value)))
    assert words in why
    assert "fake@" not in why


def test_text_that_is_not_json_is_refused() -> None:
    with pytest.raises(ValueError, match="plan: is not JSON: line 1"):
        plan.loads("{")


def test_http_is_allowed_when_the_plan_says_so() -> None:
    local = plan_of(target("acme/web"), url="http://127.0.0.1:8080", allow_http=True)
    assert plan.loads(plan.dumps(local)) == local


def test_more_targets_than_one_rotator_writes_are_refused_with_the_advice() -> None:
    most = [target(f"acme/{number}") for number in range(capacity(1))]
    plan.dumps(plan_of(*most, requests_per_second=1))
    with pytest.raises(
        ValueError, match=r"^plan.targets: got 421 variables; at 1 requests a second one run writes 420"
    ):
        plan.dumps(plan_of(*most, target("acme/one-more"), requests_per_second=1))


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


def test_an_audience_lists_each_registry_once() -> None:
    registry = audience("backend").registries[0]
    twice = {"backend": audience("backend", registries=(registry, registry))}
    with pytest.raises(ValueError, match=r"plan.audiences.backend.registries: .* is listed twice; write each registry"):
        plan.dumps(plan_of(target("acme/web"), audiences=twice))


def test_a_plan_of_another_version_is_refused_with_any_other_content() -> None:
    for version in (3, 5):
        with pytest.raises(
            ValueError, match=rf"plan.version: got {version}; this rotator reads 4: deploy plan and code"
        ):
            plan.loads(json.dumps({"version": version, "gitlab": {"tokens": {}}, "new": 1}))


def test_a_renewal_by_secrets_manager_needs_an_instance_of_the_internet() -> None:
    managed: dict[str, Any] = {"token_renewal": plan.TokenRenewal.MANAGED}
    plan.dumps(plan_of(target("acme/web"), **managed))
    unreachable: list[dict[str, Any]] = [{"url": "https://10.0.0.7"}, {"ca_bundle": "a certificate"}]
    for wrong in unreachable:
        with pytest.raises(ValueError, match=r"^plan.gitlab.token_renewal: got managed, but .*; write own"):
            plan.dumps(plan_of(target("acme/web"), **managed, **wrong))


@pytest.mark.parametrize("wrong", [{"environment_scope": "production"}, {"flags": replace(FLAGS, hidden=True)}])
def test_a_variable_of_the_instance_has_no_scope_and_is_not_hidden(wrong: dict[str, Any]) -> None:
    instance = target("instance", owner_kind=plan.OwnerKind.INSTANCE)
    plan.dumps(plan_of(instance))
    with pytest.raises(ValueError, match=r"no environment scope and is never hidden"):
        plan.dumps(plan_of(replace(instance, **wrong)))

"""A description that promises too much never keeps a variable from getting its new token."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from plans import FLAGS, HOST, plan_of, target
from scripted import FOREIGN, World, answer, unreachable

from components.contract.plan import TokenTarget
from components.rotation import metrics
from components.rotation.report import Report
from components.rotation.results import Status
from components.variables.description import describe

_WEB = target("acme/web")


def _run(world: World, wanted: TokenTarget = _WEB) -> Report:
    return world.rotate(plan_of(wanted))


def _promise(world: World, end: timedelta, value: str | None = None) -> None:
    """Somebody writes into the description, and maybe into the value."""
    stored = world.variable("acme/web")
    stored["description"] = describe([HOST], world.clock.moment + end, "backend")
    if value is not None:
        stored["value"] = value


@pytest.fixture
def world() -> World:
    """After a first rotation, two hours ago."""
    world = World()
    world.seed("acme/web", json.dumps({"auths": FOREIGN}))
    _run(world)
    world.clock.pass_by(hours=2)
    return world


@pytest.mark.parametrize(
    "end", [timedelta(hours=12, minutes=11), timedelta(hours=13), timedelta(days=1), timedelta(days=26_000)]
)
def test_an_end_beyond_what_ecr_grants_is_not_believed_and_noted(world: World, end: timedelta) -> None:
    _promise(world, end)
    report = _run(world)
    assert report.targets[0].status is Status.PUBLISHED
    assert world.described_until("acme/web") == world.clock.moment + timedelta(hours=12)
    assert [note for note in report.notes if "project acme/web DOCKER_AUTH_CONFIG: its description says" in note]
    assert "no ECR token lives that long" in report.notes[0]
    assert _run(world).notes == []


@pytest.mark.parametrize(
    "value",
    [
        "",
        '{"auths":{}}',
        "{}",
        json.dumps({"auths": FOREIGN}),
        f'{{"auths":{{"{HOST}":{{}}}}}}',
        f'{{"auths":{{"{HOST}":{{"auth":""}}}}}}',
    ],
)
def test_an_end_without_a_value_is_not_believed(world: World, value: str) -> None:
    _promise(world, timedelta(hours=12, minutes=5), value)
    report = _run(world)
    assert report.targets[0].status is Status.PUBLISHED
    assert world.works("acme/web")
    assert f"but it holds no token for {HOST}" in report.notes[0]


@pytest.mark.parametrize("value", ["no json", "[" * 10_000, "[]"])
def test_a_broken_value_fails_whatever_end_its_description_claims(world: World, value: str) -> None:
    _promise(world, timedelta(hours=12, minutes=5), value)
    report = _run(world)
    assert report.targets[0].status is Status.FAILED
    assert metrics.values(report)["RotationSuccess"] == 0
    assert world.variable("acme/web")["value"] == value


def test_the_end_of_a_refused_token_is_not_believed(world: World) -> None:
    for minted in world.tokens.values():
        minted.dead = True
    _promise(world, timedelta(hours=12, minutes=5))
    report = _run(world)
    assert report.targets[0].status is Status.PUBLISHED
    assert world.works("acme/web")
    assert any("project acme/web DOCKER_AUTH_CONFIG" in note and "refuses its token" in note for note in report.notes)
    assert len(report.died_early) == 1


def test_each_variable_with_a_refused_token_is_named_and_the_token_tried_once(world: World) -> None:
    world.seed("acme/other")
    world.variables["acme/other", "DOCKER_AUTH_CONFIG", "*"] = dict(world.variable("acme/web"))
    for minted in world.tokens.values():
        minted.dead = True
    report = world.rotate(plan_of(_WEB, target("acme/other")))
    assert len([note for note in report.notes if "refuses its token" in note]) == 2
    assert len(report.died_early) == 1


def test_a_living_token_with_a_later_end_is_still_kept(world: World) -> None:
    _run(world)
    world.life = timedelta(hours=11)
    assert _run(world).targets[0].status is Status.KEPT


def test_an_end_that_cannot_be_checked_now_is_believed(world: World) -> None:
    world.life = timedelta(hours=1)
    proven = len([call for call in world.calls if call == "registry /v2/"]) + 1
    world.registry_fault = lambda path: (
        unreachable() if path == "/v2/" and world.calls.count(f"registry {path}") > proven else None
    )
    assert _run(world).targets[0].status is Status.KEPT


def test_the_end_of_a_hidden_variable_is_believed_up_to_what_ecr_grants(world: World) -> None:
    hidden = target("acme/web", flags=replace(FLAGS, hidden=True))
    world.variable("acme/web")["hidden"] = True
    _promise(world, timedelta(hours=12, minutes=5))
    assert _run(world, hidden).targets[0].status is Status.KEPT
    _promise(world, timedelta(days=7))
    report = _run(world, hidden)
    assert report.targets[0].status is Status.PUBLISHED
    assert "no ECR token lives that long" in report.notes[0]


def test_a_registry_declared_meanwhile_casts_no_doubt_on_the_description(world: World) -> None:
    stored = world.variable("acme/web")
    stored["description"] = describe(["registry.example.com"], world.clock.moment + timedelta(hours=10), "backend")
    stored["value"] = json.dumps({"auths": FOREIGN})
    assert _run(world).notes == []


def test_an_end_that_is_not_believed_gives_no_metric_if_the_write_fails(world: World) -> None:
    _promise(world, timedelta(days=26_000))
    world.gitlab_fault = lambda method, _: answer(500) if method == "PUT" else None
    report = _run(world)
    assert report.targets[0].status is Status.FAILED
    assert "TokenSecondsRemaining" not in metrics.values(report)

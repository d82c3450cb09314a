"""How one variable is written."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from plans import FLAGS, HOST, audience, plan_of, target
from scripted import FOREIGN, START, World, answer, denied

from components.contract import plan
from components.rotation.aws import Authorization
from components.rotation.http import Response
from components.rotation.results import Status, TargetResult
from components.rotation.secret import Secret


def _result(world: World, *targets: plan.TokenTarget, **options: Any) -> TargetResult:
    return world.rotate(plan_of(*(targets or (target("acme/web"),))), **options).targets[0]


def test_the_tokens_are_inserted_and_everything_else_stays() -> None:
    world = World()
    document = {"auths": FOREIGN | {HOST: {"auth": "old"}}, "HttpHeaders": {"X": "y"}}
    world.seed("acme/web", json.dumps(document), protected=True, masked=False, variable_type="env_var")
    assert _result(world).status is Status.PUBLISHED
    stored = json.loads(world.variable("acme/web")["value"])
    assert stored["HttpHeaders"] == {"X": "y"}
    assert stored["auths"].keys() == {*FOREIGN, HOST}
    assert stored["auths"]["registry.example.com:5000"] == FOREIGN["registry.example.com:5000"]
    assert world.works("acme/web")
    wanted = {"variable_type": "file", "masked": True, "protected": False, "raw": True}
    assert {key: world.variable("acme/web")[key] for key in wanted} == wanted


def test_the_description_names_hosts_end_and_audience() -> None:
    world = World()
    world.seed("acme/web")
    _result(world)
    assert world.variable("acme/web")["description"] == (
        f"gitlab-ecr: {HOST}, valid until 2026-01-01T18:00Z, audience backend"
    )


def test_a_target_takes_one_get_and_one_put() -> None:
    world = World()
    world.seed("acme/web")
    _result(world)
    of_the_target = [call for call in world.calls if "acme/web" in call]
    assert [call.split()[1] for call in of_the_target] == ["GET", "PUT"]


def test_a_variable_that_someone_deleted_is_created_again() -> None:
    world = World()
    world.owners.add("acme/web")
    assert _result(world).status is Status.PUBLISHED
    assert world.works("acme/web")
    assert [call.split()[1] for call in world.calls if "acme/web" in call] == ["GET", "POST"]


def test_a_variable_that_another_run_created_meanwhile_is_updated() -> None:
    world = World()
    world.owners.add("acme/web")

    def created_meanwhile(method: str, path: str) -> Response | None:
        if method == "POST" and "acme/web" in path:
            world.seed("acme/web", json.dumps({"auths": FOREIGN}))
        return None

    world.gitlab_fault = created_meanwhile
    assert _result(world).status is Status.PUBLISHED
    assert world.auths("acme/web").keys() == {*FOREIGN, HOST}


def test_a_token_that_lives_longer_is_kept() -> None:
    world = World()
    world.seed("acme/web")
    _result(world)
    before = dict(world.variable("acme/web"))
    world.life = timedelta(hours=11)
    result = _result(world)
    assert (result.status, result.expires_at) == (Status.KEPT, START + timedelta(hours=12))
    assert world.variable("acme/web") == before


@pytest.mark.parametrize(
    "value",
    ["no json", "[]", '{"auths":[]}', '{"auths":{"a":{}}', '{"credsStore":"ecr-login"}', '{"auths":{},"auths":{}}'],
)
def test_a_value_that_cannot_be_merged_is_not_touched(value: str) -> None:
    world = World()
    world.seed("acme/web", value)
    result = _result(world)
    assert result.status is Status.FAILED
    assert "DOCKER_AUTH_CONFIG" in result.reason
    assert world.variable("acme/web")["value"] == value


def test_the_error_for_a_value_beyond_gitlabs_limit_names_the_limit() -> None:
    world = World()
    large = base64.b64encode(b"fake-user:" + b"x" * 7_480).decode()
    value = json.dumps({"auths": {"registry.example.com": {"auth": large}}})
    world.seed("acme/web", value)
    refusal = answer(400, {"message": {"value": ["is too long"]}})
    world.gitlab_fault = lambda method, _: refusal if method == "PUT" else None
    result = _result(world)
    assert result.status is Status.FAILED
    assert "is too long" in result.reason
    assert "GitLab allows 10000" in result.reason
    assert world.variable("acme/web")["value"] == value


def test_a_hidden_variable_is_created_hidden_and_updated_without_its_visibility() -> None:
    world = World()
    world.owners.add("acme/web")
    hidden = target("acme/web", flags=replace(FLAGS, hidden=True))
    assert _result(world, hidden).status is Status.PUBLISHED
    assert world.variable("acme/web")["hidden"]
    world.clock.pass_by(hours=2)
    assert _result(world, hidden).status is Status.PUBLISHED
    assert world.works("acme/web")
    assert world.described_until("acme/web") == START + timedelta(hours=14)


def test_a_hidden_variable_keeps_the_foreign_entries_of_its_secret() -> None:
    world = World()
    world.seed("acme/web", hidden=True)
    world.secrets["fake/foreign"] = json.dumps({"auths": FOREIGN})
    hidden = target("acme/web", flags=replace(FLAGS, hidden=True), foreign="fake/foreign")
    assert _result(world, hidden).status is Status.PUBLISHED
    assert world.auths("acme/web").keys() == {*FOREIGN, HOST}


def test_without_its_foreign_entries_a_hidden_variable_is_not_written() -> None:
    world = World()
    world.seed("acme/web", "before", hidden=True)
    hidden = target("acme/web", flags=replace(FLAGS, hidden=True), foreign="fake/absent")
    result = _result(world, hidden)
    assert result.status is Status.FAILED
    assert "the secret fake/absent: ResourceNotFoundException" in result.reason
    assert world.variable("acme/web")["value"] == "before"


def test_a_variable_that_is_hidden_but_not_declared_so_is_not_wiped() -> None:
    world = World()
    world.seed("acme/web", "before", hidden=True)
    result = _result(world)
    assert result.status is Status.FAILED
    assert "write hidden: true" in result.reason
    assert world.variable("acme/web")["value"] == "before"


def test_a_visible_variable_that_is_declared_hidden_gets_its_token_and_the_advice() -> None:
    world = World()
    world.seed("acme/web", json.dumps({"auths": FOREIGN}))
    result = _result(world, target("acme/web", flags=replace(FLAGS, hidden=True)))
    assert result.status is Status.FAILED
    assert "GitLab hides only new ones; delete it" in result.reason
    assert world.auths("acme/web").keys() == {*FOREIGN, HOST}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"masked": False}, "did not set masked"),
        ({"variable_type": "env_var", "raw": False}, "did not set raw, variable_type"),
        ({"value": "another"}, "something else is writing it"),
        ({"description": None}, "did not keep its description"),
    ],
)
def test_an_answer_that_differs_from_the_write_fails_the_target(change: dict[str, Any], words: str) -> None:
    world = World()
    world.seed("acme/web")

    plain = world.call

    def changed(name: str, effect: Callable[[], Any]) -> Any:
        found = plain(name, effect)
        return answer(200, {**found.json(), **change}) if name.startswith("gitlab PUT") else found

    world.call = changed  # type: ignore[method-assign]
    result = _result(world)
    assert result.status is Status.FAILED
    assert words in result.reason


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 302])
def test_one_targets_failure_leaves_all_others_updated(status: int) -> None:
    world = World(gitlab_fault=lambda _, path: answer(status, {"message": "said"}) if "acme/b/" in path else None)
    for path in ("acme/a", "acme/b", "acme/c"):
        world.seed(path)
    report = world.rotate(plan_of(*(target(path) for path in ("acme/a", "acme/b", "acme/c"))))
    assert [result.status for result in report.targets] == [Status.PUBLISHED, Status.FAILED, Status.PUBLISHED]
    assert f"GitLab answered {status} (said)" in report.targets[1].reason
    assert world.works("acme/a")
    assert world.works("acme/c")
    assert len(report.failures) == 1


def test_a_failed_target_reports_until_when_its_present_token_is_valid() -> None:
    world = World()
    world.seed("acme/web")
    _result(world)
    world.clock.pass_by(hours=2)
    world.gitlab_fault = lambda method, _: answer(500) if method == "PUT" else None
    assert _result(world).expires_at == START + timedelta(hours=12)
    world.gitlab_fault = lambda *_: None
    world.mint_fault = denied
    assert _result(world).expires_at == START + timedelta(hours=12)


def test_an_audience_without_a_token_fails_its_own_targets_and_no_others() -> None:
    world = World()
    both = {"backend": audience("backend"), "frontend": audience("frontend")}
    wanted = plan_of(target("acme/a"), target("acme/b", "frontend"), audiences=both)
    for path in ("acme/a", "acme/b"):
        world.seed(path)
    world.rotate(wanted)
    first = world.auths("acme/b")
    world.clock.pass_by(hours=2)
    world.registry_fault = lambda path: answer(401) if "frontend" in path else None
    report = world.rotate(wanted)
    assert [result.status for result in report.targets] == [Status.PUBLISHED, Status.FAILED]
    assert report.targets[1].reason == "audience frontend has no verified token; the present value stays"
    assert world.auths("acme/b") == first
    assert report.targets[1].expires_at == world.described_until("acme/b") == START + timedelta(hours=12)


def test_a_token_from_a_clock_that_is_ahead_is_published_as_ecr_dates_it() -> None:
    world = World()
    world.seed("acme/web")
    world.clock.drift = timedelta(minutes=-20)
    assert _result(world).expires_at == START + timedelta(hours=12)


def test_a_shorter_life_than_twelve_hours_is_believed() -> None:
    auth = base64.b64encode(b"AWS:fake-password-of-an-hour").decode()
    world = World(mint_fault=lambda _: Authorization(Secret(auth), START + timedelta(hours=1)))
    world.registry_fault = lambda path: answer(200 if path == "/v2/" else 403 if "secret" in path else 404)
    world.seed("acme/web")
    assert _result(world).expires_at == START + timedelta(hours=1)
    assert world.auths("acme/web")[HOST] == {"auth": auth}


@pytest.mark.parametrize(
    ("entry", "reference"),
    [
        ({"username": "$REG_USER", "password": "$REG_PASSWORD"}, "$REG_USER"),
        ({"username": "ci", "password": "${REG_PASSWORD}"}, "${REG_PASSWORD}"),
        ({"username": "ci", "password": "one$$two"}, "$$"),
    ],
)
def test_a_value_with_a_login_that_gitlab_expands_is_not_overwritten(entry: dict[str, str], reference: str) -> None:
    world = World()
    value = json.dumps({"auths": {"registry.example.com:5000": entry}})
    world.seed("acme/web", value, raw=False, masked=False, variable_type="env_var", description="made by hand")
    result = _result(world)
    assert result.status is Status.FAILED
    assert f"registry.example.com:5000 in it holds {reference}, which GitLab expands" in result.reason
    assert world.variable("acme/web")["value"] == value
    assert world.variable("acme/web")["raw"] is False


def test_a_reference_in_our_own_entry_is_replaced_with_the_token() -> None:
    world = World()
    value = json.dumps({"auths": {HOST: {"auth": "$ECR_AUTH"}, **FOREIGN}})
    world.seed("acme/web", value, raw=False, masked=False, variable_type="env_var")
    assert _result(world).status is Status.PUBLISHED
    assert world.works("acme/web")


def test_a_dollar_in_a_raw_variable_stays_a_dollar() -> None:
    world = World()
    login = {"username": "ci", "password": "pa$$word"}
    world.seed("acme/web", json.dumps({"auths": {"registry.example.com:5000": login}}), raw=True)
    assert _result(world).status is Status.PUBLISHED
    assert json.loads(world.variable("acme/web")["value"])["auths"]["registry.example.com:5000"] == login

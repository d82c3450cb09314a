"""What `status` tells of each target."""

import json
from datetime import timedelta

import pytest
from rotation.scripted import FLAGS, HOST, START, World, answer, plan_of, target

from components.rotation.status import Health, TargetStatus, status

_ONE = plan_of(target("acme/web"))


def _status(world: World) -> TargetStatus:
    (found,) = status(_ONE, world.outside(60))
    return found


def test_a_rotated_target_is_good_and_says_until_when() -> None:
    world = World()
    world.seed("acme/web")
    world.rotate(_ONE)
    found = _status(world)
    assert (found.health, found.reason) == (Health.GOOD, "")
    assert (found.last_rotation, found.valid_until) == (START, START + timedelta(hours=12))
    assert found.hosts == [HOST]
    assert json.loads(json.dumps(found.as_dict()))["health"] == "good"


@pytest.mark.parametrize(
    ("hours", "health"), [(9.9, Health.GOOD), (10.1, Health.ENDING), (12, Health.ENDED), (40, Health.ENDED)]
)
def test_time_makes_it_worse(hours: float, health: Health) -> None:
    world = World()
    world.seed("acme/web")
    world.rotate(_ONE)
    world.clock.pass_by(hours=hours)
    assert _status(world).health is health


def test_a_placeholder_waits_and_a_deleted_variable_is_missing() -> None:
    world = World()
    world.owners.add("acme/web")
    assert _status(world).health is Health.MISSING
    world.seed("acme/web", description="gitlab-ecr: waiting for the first rotation")
    assert _status(world).health is Health.WAITING


def test_what_cannot_be_read_says_why() -> None:
    world = World(gitlab_fault=lambda _, path: answer(403, {"message": "403 Forbidden"}) if "web" in path else None)
    world.seed("acme/web")
    found = _status(world)
    assert (found.health, found.valid_until) == (Health.UNREADABLE, None)
    assert "GitLab answered 403 (403 Forbidden)" in found.reason
    world.secrets.clear()
    reason = _status(world).reason
    assert reason.startswith("no GitLab token in the secret fake/gitlab-token: ResourceNotFoundException")
    assert reason.endswith("; store a token with `gitlab-ecr token set`")


def test_nothing_is_written_and_nothing_minted() -> None:
    world = World()
    world.seed("acme/web")
    status(plan_of(target("acme/web"), target("acme/web", flags=FLAGS, key="OTHER")), world.outside(60))
    assert not [call for call in world.calls if "PUT" in call or "POST" in call or call.startswith(("mint", "put"))]

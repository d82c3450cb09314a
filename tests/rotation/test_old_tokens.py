"""The tokens that a run replaces: each is tried once, and an early expiry is reported."""

from plans import plan_of, target
from scripted import World, unreachable


def test_the_old_token_is_tried_once_however_many_variables_hold_it() -> None:
    world = World()
    for path in ("acme/a", "acme/b", "acme/c"):
        world.seed(path)
    wanted = plan_of(*(target(path) for path in ("acme/a", "acme/b", "acme/c")))
    world.rotate(wanted)
    world.calls.clear()
    world.clock.pass_by(hours=2)
    report = world.rotate(wanted)
    assert report.died_early == []
    assert [call for call in world.calls if call == "registry /v2/"] == ["registry /v2/"] * 2


def test_an_old_token_that_is_refused_before_its_end_is_reported() -> None:
    world = World()
    world.seed("acme/web")
    world.rotate(plan_of(target("acme/web")))
    for minted in world.tokens.values():
        minted.dead = True
    world.clock.pass_by(hours=2)
    report = world.rotate(plan_of(target("acme/web")))
    assert report.failures == []
    assert world.works("acme/web")
    assert len(report.died_early) == 1
    assert "10.0 hours before its expiry" in report.died_early[0]
    assert "shorter interval" in report.died_early[0]


def test_an_old_token_at_its_end_or_an_unreachable_registry_is_not_an_early_expiry() -> None:
    world = World()
    world.seed("acme/web")
    world.rotate(plan_of(target("acme/web")))
    world.clock.pass_by(hours=12)
    assert world.rotate(plan_of(target("acme/web"))).died_early == []
    world.clock.pass_by(hours=2)
    world.registry_fault = lambda path: unreachable() if path == "/v2/" and len(world.tokens) == 3 else None
    assert world.rotate(plan_of(target("acme/web"))).died_early == []

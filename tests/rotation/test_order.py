"""If time is short, the most urgent targets come first."""

from dataclasses import replace

from scripted import FLAGS, World, answer, plan_of, target
from scripted_iam import key_user, seed_keys

from components.contract.firing import FiredBy

_PATHS = [f"acme/{letter}" for letter in "abcdef"]


def _world() -> World:
    world = World()
    for path in _PATHS:
        world.seed(path)
    return world


def _written(world: World) -> list[str]:
    return [
        call.split()[2].removeprefix("projects/").partition("/variables")[0]
        for call in world.calls
        if call.startswith("gitlab PUT")
    ]


def test_new_and_changed_targets_go_first() -> None:
    world = _world()
    world.rotate(plan_of(*(target(path) for path in _PATHS[:4])))
    world.calls.clear()
    changed = replace(target("acme/c"), flags=replace(FLAGS, protected=True))
    others = [target("acme/a"), target("acme/b"), changed, target("acme/d"), target("acme/e"), target("acme/f")]
    report = world.rotate(plan_of(*others), fired_by=FiredBy.DEPLOY)
    assert _written(world) == ["acme/c", "acme/e", "acme/f", "acme/a", "acme/b", "acme/d"]
    assert [result.target.path for result in report.targets] == _PATHS


def test_then_those_that_the_last_run_did_not_write() -> None:
    world = _world()
    wanted = plan_of(*(target(path) for path in _PATHS))
    world.rotate(wanted)
    world.gitlab_fault = lambda method, _: world.clock.sleep(10) if method == "PUT" else None  # type: ignore[func-returns-value] # pyright: ignore[reportAttributeAccessIssue] - it only waits
    report = world.rotate(wanted, seconds=25)
    assert [result.status.value for result in report.targets] == ["published"] * 3 + ["left"] * 3
    world.calls.clear()
    world.rotate(wanted, seconds=25)
    assert _written(world) == ["acme/d", "acme/e", "acme/f"]


def test_those_whose_owner_is_gone_come_last_and_stay_gone_when_they_are_not_reached() -> None:
    world = _world()
    wanted = plan_of(*(target(path) for path in _PATHS))
    world.gitlab_fault = lambda _, path: (
        answer(404, {"message": "404 Project Not Found"}) if "acme/a/" in path else None
    )
    for _ in range(3):
        world.rotate(wanted)
    world.calls.clear()
    world.rotate(wanted)
    asked = [call.split()[2] for call in world.calls if call.startswith("gitlab GET projects")]
    assert "acme/a/" in asked[-1]
    gone = world.gitlab_fault
    world.gitlab_fault = lambda method, path: world.clock.sleep(10) if method == "PUT" else gone(method, path)  # type: ignore[func-returns-value] # pyright: ignore[reportAttributeAccessIssue] - it waits, or answers
    assert world.rotate(wanted, seconds=25).targets[0].status.value == "left"
    world.gitlab_fault = gone
    assert world.rotate(wanted).targets[0].status.value == "gone"


def test_the_results_keep_the_plans_order_with_access_keys_too() -> None:
    world = _world()
    seed_keys(world)
    wanted = replace(plan_of(*(target(path) for path in _PATHS)), key_users=(key_user(),))
    world.rotate(wanted)
    report = world.rotate(replace(wanted, targets=tuple(reversed(wanted.targets))))
    assert [result.target.path for result in report.targets] == list(reversed(_PATHS))
    assert len(report.keys) == 1

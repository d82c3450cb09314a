"""If time is short, the most urgent targets come first."""

from dataclasses import replace

from plans import FLAGS, plan_of, secret_target, target
from scripted import World, answer
from scripted_iam import key_user, seed_keys

from components.contract.firing import FiredBy
from components.rotation.aws import AwsError

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


def test_targets_that_the_last_run_did_not_write_go_before_the_others() -> None:
    world = _world()
    wanted = plan_of(*(target(path) for path in _PATHS))
    world.rotate(wanted)
    world.gitlab_fault = lambda method, _: world.clock.sleep(10) if method == "PUT" else None  # type: ignore[func-returns-value] # pyright: ignore[reportAttributeAccessIssue] - it only waits
    report = world.rotate(wanted, seconds=25)
    assert [result.status.value for result in report.targets] == ["published"] * 3 + ["left"] * 3
    world.calls.clear()
    world.rotate(wanted, seconds=25)
    assert _written(world) == ["acme/d", "acme/e", "acme/f"]


def test_targets_without_an_owner_come_last_and_stay_gone_if_they_are_not_reached() -> None:
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


def _broken(call: str) -> None:
    if call == "put_secret":
        raise AwsError("InternalServiceError", "out of order")


def _written_of_all(world: World) -> list[str]:
    words = [call.split() for call in world.calls]
    return [
        word[-1].removeprefix("fake/audience/") if word[0] == "put_secret" else word[2].split("/variables")[0][9:]
        for word in words
        if word[0] == "put_secret" or word[:2] == ["gitlab", "PUT"]
    ]


def test_secrets_for_jobs_are_ordered_among_the_variables() -> None:
    world = _world()
    world.logins = {"fake/audience/acme/x": {}, "fake/audience/acme/y": {}}
    secrets = tuple(secret_target(path) for path in ("acme/x", "acme/y"))
    variables = [target(path) for path in _PATHS[:3]]
    world.rotate(replace(plan_of(*variables[:2]), secrets=secrets[:1]))
    world.calls.clear()
    changed = replace(secrets[0], kms_key="arn:aws:kms:eu-central-1:123456789012:key/fake")
    wanted = replace(plan_of(*variables), secrets=(changed, secrets[1]))
    report = world.rotate(wanted, fired_by=FiredBy.DEPLOY)
    assert _written_of_all(world) == ["acme/c", "acme/x", "acme/y", "acme/a", "acme/b"]
    assert [result.target for result in report.targets] == [*wanted.targets, *wanted.secrets]


def test_a_secret_that_failed_goes_before_what_was_written() -> None:
    world = _world()
    world.logins = {"fake/audience/acme/x": {}}
    wanted = replace(plan_of(*(target(path) for path in _PATHS[:2])), secrets=(secret_target("acme/x"),))
    world.rotate(wanted)
    fine = world.aws_fault
    world.aws_fault = _broken
    world.rotate(wanted)
    world.aws_fault = fine
    world.calls.clear()
    world.rotate(wanted)
    assert _written_of_all(world) == ["acme/x", "acme/a", "acme/b"]

"""What one run records for the next: which targets are gone, and what was broken before a deployment."""

from dataclasses import replace

import pytest
from plans import FLAGS, audience, plan_of, target
from scripted import World, answer, denied

from components.contract.firing import FiredBy
from components.rotation import memory, metrics
from components.rotation.aws import AwsError
from components.rotation.http import Response
from components.rotation.memory import Memory
from components.rotation.results import Status

_TWO = plan_of(target("acme/here"), target("acme/away"))


def _world() -> World:
    world = World()
    world.seed("acme/here")
    return world


def test_three_runs_in_a_row_without_its_owner_make_a_target_gone() -> None:
    world = _world()
    reports = [world.rotate(_TWO) for _ in range(4)]
    assert [report.targets[1].status for report in reports] == [Status.FAILED, Status.FAILED, Status.GONE, Status.GONE]
    assert [bool(report.failures) for report in reports] == [True, True, False, False]
    assert "delete 'acme/away' below consumers in the stack file" in reports[2].notes[0]
    found = metrics.values(reports[2])
    assert (found["TargetsGone"], found["TargetsFailed"], found["RotationSuccess"]) == (1, 0, 1)


def test_lambdas_retries_of_a_run_count_once() -> None:
    world = _world()
    reports = [world.rotate(_TWO, run="request-1") for _ in range(5)]
    assert {report.targets[1].status for report in reports} == {Status.FAILED}
    assert world.rotate(_TWO, run="request-2").targets[1].status is Status.FAILED
    assert world.rotate(_TWO, run="request-3").targets[1].status is Status.GONE


def test_a_target_that_comes_back_is_counted_from_the_start() -> None:
    world = _world()
    for _ in range(3):
        world.rotate(_TWO)
    world.seed("acme/away")
    assert world.rotate(_TWO).targets[1].status is Status.PUBLISHED
    world.owners.discard("acme/away")
    assert world.rotate(_TWO).targets[1].status is Status.FAILED


@pytest.mark.parametrize(
    "fault",
    [
        answer(500),
        answer(403, b"<html>forbidden by a proxy</html>"),
        answer(404, b"<html>no such page</html>"),
        answer(401, {"message": "401 Unauthorized"}),
        answer(
            403,
            {
                "error": "insufficient_scope",
                "error_description": "The request requires higher privileges than provided by the access token.",
            },
        ),
    ],
    ids=["500", "403 of a proxy", "404 of a proxy", "401", "scope"],
)
def test_only_the_absence_of_its_owner_makes_a_target_gone(fault: Response) -> None:
    world = _world()
    world.seed("acme/away")
    world.gitlab_fault = lambda _, path: fault if "acme/away" in path else None
    assert {world.rotate(_TWO).targets[1].status for _ in range(5)} == {Status.FAILED}


@pytest.mark.parametrize("status", [403, 404])
def test_forbidden_and_not_found_both_count_as_absence(status: int) -> None:
    world = _world()
    world.seed("acme/away")
    world.gitlab_fault = lambda _, path: answer(status, {"message": f"{status} said"}) if "acme/away" in path else None
    assert [world.rotate(_TWO).targets[1].status for _ in range(3)][-1] is Status.GONE


def test_a_stack_whose_targets_are_all_gone_is_not_a_success() -> None:
    world = World()
    alone = plan_of(target("acme/away"))
    report = [world.rotate(alone) for _ in range(3)][-1]
    assert report.failures == []
    assert metrics.values(report)["RotationSuccess"] == 0


@pytest.mark.parametrize("broken", ["parameter", "put_parameter"])
def test_a_lost_memory_costs_no_token_and_is_reported(broken: str) -> None:
    world = _world()

    def lost(what: str) -> None:
        if what == broken:
            raise AwsError("AccessDeniedException", "said AWS")

    world.aws_fault = lost
    reports = [world.rotate(_TWO) for _ in range(4)]
    assert all(report.targets[0].status is Status.PUBLISHED for report in reports)
    assert all(report.targets[1].status is Status.FAILED for report in reports)
    assert any("AccessDeniedException: said AWS" in note for note in reports[0].notes)


@pytest.mark.parametrize("text", [None, "", "no json", "[]", '{"failing":[]}', '{"failing":{"a":"b","c":-1,"d":true}}'])
def test_an_invalid_memory_is_read_as_an_empty_one(text: str | None) -> None:
    assert memory.loads(text).failing == {}


@pytest.mark.parametrize("targets", [1, 1_300, 5_000])
def test_a_memory_fits_a_parameter_and_keeps_the_longest_absent(targets: int) -> None:
    full = replace(
        Memory().after("request-1", _digests(targets), {}),
        failing={f"{number:08x}": number % 4 for number in range(5_000)},
    )
    text = memory.dumps(full)
    assert 3_500 < len(text) <= 4096
    assert set(memory.loads(text).failing.values()) == {3}
    assert memory.loads(text).targets == full.targets


def test_a_memory_is_read_back_unchanged() -> None:
    some = Memory().after("request-1", _digests(3), {"0a1b2c3d": True, "ffffffff": False})
    assert memory.loads(memory.dumps(some)) == some


@pytest.mark.parametrize("targets", [0, 1, 10, 1_000, 1_300])
def test_a_memory_knows_every_target_of_its_run_and_few_others(targets: int) -> None:
    known = Memory().after("request-1", _digests(targets), {})
    assert all(known.knows(digest) for digest in _digests(targets))
    strangers = sum(known.knows(f"{number:08x}") for number in range(100_000, 110_000))
    assert strangers < 100


def test_a_memory_of_too_many_targets_holds_only_the_failing_ones() -> None:
    many = Memory().after("request-1", _digests(5_000), {"00000001": False})
    assert many.knows("00000001")
    assert not many.knows("00000002")


def _digests(count: int) -> list[str]:
    return [f"{number:08x}" for number in range(count)]


def test_at_deploy_a_target_that_was_broken_before_is_a_note() -> None:
    world = _world()
    assert world.rotate(_TWO).failures != []
    report = world.rotate(_TWO, fired_by=FiredBy.DEPLOY)
    assert report.failures == []
    assert any("acme/away" in note for note in report.notes)


def test_at_deploy_a_new_target_that_fails_is_a_failure() -> None:
    world = _world()
    assert any("acme/away" in line for line in world.rotate(_TWO, fired_by=FiredBy.DEPLOY).failures)


def test_at_deploy_a_changed_target_that_was_broken_before_is_a_failure() -> None:
    world = _world()
    world.rotate(_TWO)
    changed = plan_of(target("acme/here"), target("acme/away", flags=replace(FLAGS, protected=True)))
    assert any("acme/away" in line for line in world.rotate(changed, fired_by=FiredBy.DEPLOY).failures)


def test_at_deploy_a_write_that_fails_for_an_unchanged_target_is_a_note() -> None:
    world = _world()
    alone = plan_of(target("acme/here"))
    world.rotate(alone)
    world.gitlab_fault = lambda method, _: answer(500) if method == "PUT" else None
    assert world.rotate(alone, fired_by=FiredBy.DEPLOY).failures == []
    assert world.rotate(alone).failures != []


def test_at_deploy_an_unchanged_target_that_can_no_longer_be_read_is_a_note() -> None:
    world = _world()
    world.seed("acme/away")
    world.rotate(_TWO)
    world.owners.discard("acme/away")
    world.variables.pop(("acme/away", "DOCKER_AUTH_CONFIG", "*"))
    report = world.rotate(_TWO, fired_by=FiredBy.DEPLOY)
    assert report.failures == []
    assert any("acme/away" in note for note in report.notes)


def test_at_deploy_an_audience_that_cannot_mint_always_fails() -> None:
    world = _world()
    both = plan_of(
        target("acme/here"),
        target("acme/here", "frontend", key="OTHER"),
        audiences={"backend": audience("backend"), "frontend": audience("frontend")},
    )
    world.rotate(both)
    world.registry_fault = lambda path: answer(401) if "frontend" in path else None
    assert [line.split(":")[0] for line in world.rotate(both, fired_by=FiredBy.DEPLOY).failures] == [
        "audience frontend"
    ]
    world.mint_fault = denied
    assert len([line for line in world.rotate(both, fired_by=FiredBy.DEPLOY).failures if "audience" in line]) == 2

"""An IAM user's keys and their two variables: each step, each crash, each edit by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from key_worlds import HIDDEN, PLAN, due, only, settled, world_of
from scripted import CrashError, answer, unreachable
from scripted_iam import ID, SECRET, USER, key_user, pair, works

from components.contract.firing import FiredBy
from components.contract.key_tags import CURRENT, MAKING, PENDING, PREVIOUS
from components.contract.plan import Plan
from components.rotation import metrics
from components.rotation.aws import AwsError
from components.rotation.report import Report
from components.rotation.results import Status


@pytest.mark.parametrize("plan", [PLAN, HIDDEN], ids=["shown", "hidden"])
def test_the_first_run_claims_creates_records_verifies_and_publishes_a_key_in_this_order(plan: Plan) -> None:
    world = world_of(plan)
    report = world.rotate(plan, fired_by=FiredBy.DEPLOY)
    calls = [call.rpartition("/")[2] if "gitlab" in call else call for call in world.calls]
    begin = calls.index("iam tag")
    assert calls[begin : begin + 9] == [
        "iam tag", "iam list keys", "iam list tags", "iam create key", "iam tag", "iam caller", "iam list tags",
        SECRET, ID,
    ]  # fmt: skip
    (key_id,) = world.iam.made
    assert pair(world) == (key_id, world.iam.secrets[0])
    assert world.iam.tags[USER] == {CURRENT: key_id, PENDING: "none", PREVIOUS: "none", MAKING: "none"}
    description = f"gitlab-ecr: access key ...{key_id[-4:]}, made 2026-01-01T06:00Z"
    for key in (ID, SECRET):
        found = world.variables["acme/scripts", key, "*"]
        assert (found["description"], found["protected"], found["masked"], found["raw"]) == (
            description, True, True, True,
        )  # fmt: skip
    result = only(report)
    assert (report.failures, result.status, result.ending) == ([], Status.PUBLISHED, f"...{key_id[-4:]}")


def test_a_key_is_recorded_before_it_is_used() -> None:
    world = world_of()
    recorded: list[str] = []

    def at_first_use(call: str) -> None:
        if call == "caller":
            recorded.append(world.iam.tags[USER][PENDING])

    world.iam.fault = at_first_use
    world.rotate(PLAN)
    assert recorded[0] == world.iam.made[0]


@pytest.mark.parametrize("plan", [PLAN, HIDDEN], ids=["shown", "hidden"])
def test_two_keys_overlap_then_the_old_one_is_deactivated_then_deleted(plan: Plan) -> None:
    world = settled(plan)
    first = world.iam.made[0]
    assert only(world.rotate(plan)).status is Status.KEPT
    world.clock.pass_by(days=29, hours=23)
    assert only(world.rotate(plan)).status is Status.KEPT
    world.clock.pass_by(hours=2)
    assert only(world.rotate(plan)).status is Status.PUBLISHED
    first_key, second = world.iam.keys[USER][first], world.iam.made[1]
    assert pair(world)[0] == second
    assert (works(world), first_key.active) == (True, True)
    assert world.iam.tags[USER] == {CURRENT: second, PREVIOUS: first, PENDING: "none", MAKING: "none"}
    world.clock.pass_by(hours=23)
    world.rotate(plan)
    assert first_key.active
    world.clock.pass_by(hours=2)
    world.rotate(plan)
    assert not first_key.active
    world.clock.pass_by(days=6)
    world.rotate(plan)
    assert first in world.iam.keys[USER]
    world.clock.pass_by(days=2)
    world.rotate(plan)
    assert list(world.iam.keys[USER]) == [second]
    assert works(world)


def _calls_of_a_change(plan: Plan) -> int:
    world = due(plan)
    before = len(world.calls)
    world.rotate(plan)
    return len(world.calls) - before


@pytest.mark.parametrize("after_effect", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("call", range(1, _calls_of_a_change(PLAN) + 1))
@pytest.mark.parametrize("plan", [PLAN, HIDDEN], ids=["shown", "hidden"])
def test_a_crash_at_any_call_leaves_a_complete_pair_or_one_that_the_next_run_repairs(
    plan: Plan, call: int, after_effect: bool
) -> None:
    if call > _calls_of_a_change(plan):
        return  # a hidden pair is not tried, which saves calls
    world = due(plan)
    old = pair(world)
    world.crash_at, world.crash_after_effect = len(world.calls) + call, after_effect
    with pytest.raises(CrashError):
        world.rotate(plan)
    world.crash_at = None
    mixed = pair(world)[0] == old[0] and pair(world)[1] != old[1]
    assert works(world) or mixed  # mixed: between the two writes, and nowhere else
    assert len(world.iam.keys[USER]) <= 2
    published = pair(world)[1]
    world.clock.pass_by(hours=2)
    assert world.rotate(plan).failures == []
    assert works(world)
    if mixed:
        assert pair(world)[1] == published
    world.clock.pass_by(hours=2)
    assert world.rotate(plan).failures == []
    assert pair(world)[0] != old[0]
    world.clock.pass_by(days=9)
    assert world.rotate(plan).failures == []
    world.rotate(plan)
    assert list(world.iam.keys[USER]) == [pair(world)[0]]  # no orphan is left


@pytest.mark.parametrize("after_effect", [False, True], ids=["before its effect", "after its effect"])
def test_lambdas_retry_of_a_crashed_run_continues_at_once(after_effect: bool) -> None:
    for call in range(1, _calls_of_a_change(PLAN) + 1):
        world = due(PLAN)
        world.crash_at, world.crash_after_effect = len(world.calls) + call, after_effect
        with pytest.raises(CrashError):
            world.rotate(PLAN, run="request-1")
        world.crash_at = None
        world.clock.pass_by(minutes=1)
        assert world.rotate(PLAN, run="request-1").failures == []
        assert works(world)


@pytest.mark.parametrize("call", range(1, _calls_of_a_change(PLAN) + 1))
@pytest.mark.parametrize("first", [True, False], ids=["first keys", "next keys"])
def test_two_runs_at_once_publish_one_complete_pair_in_any_order(first: bool, call: int) -> None:
    world = world_of() if first else due(PLAN)
    where = len(world.calls) + call
    inner: list[Report] = []
    plain = world.call

    def overtaken(name: str, effect: Callable[[], Any]) -> Any:
        if len(world.calls) + 1 == where and not inner:
            inner.append(None)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - the place of what comes
            inner[0] = world.rotate(PLAN, run="inner")
        return plain(name, effect)

    world.call = overtaken  # type: ignore[method-assign]
    world.rotate(PLAN, run="outer")
    assert works(world)
    assert len(world.iam.keys[USER]) <= 2
    world.clock.pass_by(hours=2)
    assert world.rotate(PLAN).failures == []
    assert works(world)
    world.clock.pass_by(days=9)
    world.rotate(PLAN)
    world.rotate(PLAN)
    assert list(world.iam.keys[USER]) == [pair(world)[0]]


def test_a_key_is_not_published_before_sts_knows_it() -> None:
    world = world_of()
    world.iam.unknown_for = timedelta(seconds=40)
    assert world.rotate(PLAN).failures == []
    assert works(world)
    assert world.clock.slept
    late = world_of()
    late.iam.unknown_for = timedelta(seconds=90)
    report = late.rotate(PLAN)
    assert "InvalidClientTokenId" in report.failures[0]
    assert not [call for call in late.calls if call.startswith("gitlab PUT")]


def test_a_key_that_signs_as_somebody_else_is_not_published() -> None:
    world = world_of()
    plan = replace(PLAN, key_users=(key_user(arn="arn:aws:iam::123456789012:user/other"),))
    report = world.rotate(plan)
    assert "signs as arn:aws:iam::123456789012:user/fake/fake-user-scripts, not as" in report.failures[0]
    assert not [call for call in world.calls if call.startswith("gitlab PUT")]


def test_while_gitlab_cannot_be_read_no_key_is_created_or_deactivated() -> None:
    world = due(PLAN)
    world.gitlab_fault = unreachable
    before = len(world.calls)
    assert world.rotate(PLAN).failures
    assert not [call for call in world.calls[before:] if call.startswith("iam")]
    assert works(world)


def test_when_the_id_cannot_be_written_the_old_secret_is_put_back() -> None:
    world = due(PLAN)
    old = pair(world)
    world.gitlab_fault = lambda method, path: (
        answer(400, {"message": {"value": ["is invalid"]}}) if method == "PUT" and path.endswith(ID) else None
    )
    report = world.rotate(PLAN)
    assert "400" in report.failures[0]
    assert pair(world) == old
    assert works(world)
    world.gitlab_fault = lambda *_: None
    world.clock.pass_by(hours=2)
    assert world.rotate(PLAN).failures == []
    assert pair(world)[0] == world.iam.made[2]


@pytest.mark.parametrize("used", [True, False])
def test_a_key_left_by_a_crash_is_replaced_unless_somebody_has_used_it(used: bool) -> None:
    world = due(PLAN)
    world.rotate(PLAN)
    created = world.calls.index("iam create key", len(settled().calls)) + 1
    world = due(PLAN)
    world.crash_at, world.crash_after_effect = created, True
    with pytest.raises(CrashError):
        world.rotate(PLAN)
    world.crash_at = None
    orphan = world.iam.made[1]
    world.iam.keys[USER][orphan].used = used
    world.iam.keys[USER][orphan].by_hand = used
    world.clock.pass_by(hours=2)
    report = world.rotate(PLAN)
    assert world.iam.keys[USER][orphan].active is used
    assert bool(report.failures) is used
    world.clock.pass_by(hours=2)
    world.rotate(PLAN)
    assert (orphan in world.iam.keys[USER]) is used
    assert works(world)


def test_near_the_end_of_a_run_no_new_key_is_created() -> None:
    world = due(PLAN)
    report = world.rotate(PLAN, seconds=90)
    assert (only(report).status, len(world.iam.made)) == (Status.LEFT, 1)
    assert metrics.values(report)["TargetsFailed"] == 1
    assert only(world.rotate(PLAN)).status is Status.PUBLISHED


def test_a_deployment_waits_for_a_missing_right_and_a_later_run_reports_it_at_once() -> None:
    def denied(_: str) -> None:
        if len(world.clock.slept) < 3:
            raise AwsError("AccessDenied", "not authorized to perform: iam:ListAccessKeys")

    world = world_of()
    world.iam.fault = denied
    assert world.rotate(PLAN, fired_by=FiredBy.DEPLOY).failures == []
    world = world_of()
    world.iam.fault = denied
    assert "AccessDenied" in world.rotate(PLAN).failures[0]
    assert world.clock.slept == []


def test_a_deleted_owner_fails_two_runs_and_is_gone_after_the_third() -> None:
    world = settled()
    world.owners.clear()
    reports = [world.rotate(PLAN) for _ in range(3)]
    assert [only(report).status for report in reports] == [Status.FAILED, Status.FAILED, Status.GONE]
    assert metrics.values(reports[2])["TargetsGone"] == 1
    assert "delete 'acme/scripts' below consumers" in reports[2].notes[0]


def test_a_deployment_fails_for_a_new_pair_and_only_notes_a_failure_of_an_existing_one() -> None:
    world = world_of()
    world.iam.fault = _throttled
    assert world.rotate(PLAN, fired_by=FiredBy.DEPLOY, seconds=60).failures
    world = settled()
    world.iam.fault = _throttled
    report = world.rotate(PLAN, fired_by=FiredBy.DEPLOY, seconds=60)
    assert report.failures == []
    assert "Throttling" in report.notes[0]


def _throttled(_: str) -> None:
    raise AwsError("Throttling", "Rate exceeded")


def test_the_report_names_the_key_by_its_last_four_characters() -> None:
    world = settled()
    (message,) = world.rotate(PLAN).as_dict()["access_keys"]
    assert message == {
        "target": "project acme/scripts access keys",
        "status": "kept",
        "reason": "",
        "key": f"...{world.iam.made[0][-4:]}",
        "made": "2026-01-01T06:00:00Z",
    }

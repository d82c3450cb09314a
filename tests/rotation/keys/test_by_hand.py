"""How the rotator handles keys, tags and variables that somebody changed."""

from dataclasses import replace

import pytest
from key_worlds import HIDDEN, PLAN, due, only, settled, world_of, write
from scripted_iam import FLAGS, ID, SECRET, USER, key_user, pair, works

from components.contract.plan import Plan
from components.rotation.results import Status


def test_a_deactivated_key_is_replaced_at_once() -> None:
    world = settled()
    world.iam.keys[USER][world.iam.made[0]].active = False
    assert only(world.rotate(PLAN)).status is Status.PUBLISHED
    assert works(world)


def test_a_key_that_was_deactivated_while_the_one_before_still_ends_its_grace_is_replaced_at_once() -> None:
    world = due(PLAN)
    world.rotate(PLAN)
    first, second = world.iam.made
    world.iam.keys[USER][second].active = False
    assert only(world.rotate(PLAN)).status is Status.PUBLISHED
    assert works(world)
    assert set(world.iam.keys[USER]) == {first, world.iam.made[2]}


@pytest.mark.parametrize("key", [ID, SECRET])
@pytest.mark.parametrize("plan", [PLAN, HIDDEN], ids=["shown", "hidden"])
def test_a_variable_deleted_by_hand_is_created_again(plan: Plan, key: str) -> None:
    world = settled(plan)
    del world.variables["acme/scripts", key, "*"]
    assert world.rotate(plan).failures == []
    assert works(world)
    assert len(world.iam.made) == (1 if key == ID else 2)  # a secret can be read nowhere else


@pytest.mark.parametrize("key", [ID, SECRET])
def test_a_value_changed_by_hand_is_replaced(key: str) -> None:
    world = settled()
    write(world, key, value="AKIAFAKE000000000000")
    assert world.rotate(PLAN).failures == []
    assert works(world)


def test_descriptions_and_flags_changed_by_hand_are_set_again_without_a_new_key() -> None:
    world = settled()
    value = pair(world)
    write(world, ID, description="mine", protected=False)
    write(world, SECRET, masked=False)
    assert only(world.rotate(PLAN)).status is Status.PUBLISHED
    assert pair(world) == value
    assert len(world.iam.made) == 1
    assert only(world.rotate(PLAN)).status is Status.KEPT


def test_a_flag_of_the_declaration_reaches_a_hidden_pair_without_its_values() -> None:
    world = settled(HIDDEN)
    value = pair(world)
    flags = replace(FLAGS, hidden=True, protected=False)
    assert world.rotate(replace(PLAN, key_users=(key_user(flags=flags),))).failures == []
    assert not world.variables["acme/scripts", SECRET, "*"]["protected"]
    assert (pair(world), len(world.iam.made)) == (value, 1)


def test_an_unknown_active_key_is_reported_and_left_alone_and_does_not_stop_the_other() -> None:
    world = world_of()
    by_hand = world.iam.make(USER, world.clock.moment, by_hand=True)
    report = world.rotate(PLAN)
    assert report.failures == []
    assert works(world)
    (note,) = report.notes
    assert note == (
        f"project acme/scripts access keys: the IAM user {USER} has an active key ...{by_hand[-4:]} of 2026-01-01, "
        "which the rotator did not make: deactivate and delete it if it is not needed"
    )
    world.clock.pass_by(days=31)
    report = world.rotate(PLAN)
    assert f"the user already has two; not made by the rotator: ...{by_hand[-4:]}" in report.failures[0]
    assert works(world)
    assert world.iam.keys[USER][by_hand].active
    world.iam.keys[USER][by_hand].active = False
    assert world.rotate(PLAN).failures == []
    assert pair(world)[0] == world.iam.made[2]


def test_two_unknown_active_keys_leave_no_place_and_are_both_named() -> None:
    world = world_of()
    keys = [world.iam.make(USER, world.clock.moment, by_hand=True) for _ in range(2)]
    failure = world.rotate(PLAN).failures[0]
    assert all(f"...{key[-4:]}" in failure for key in keys)
    assert all(world.iam.keys[USER][key].active for key in keys)


def test_a_pair_that_somebody_published_by_hand_is_replaced_and_its_key_reported() -> None:
    world = settled()
    by_hand = world.iam.make(USER, world.clock.moment, by_hand=True)
    write(world, ID, value=by_hand)
    write(world, SECRET, value=world.iam.keys[USER][by_hand].secret)
    for _ in range(2):  # the rotator's own key rests for a run before it makes room
        assert works(world)
        world.rotate(PLAN)
    assert pair(world)[0] == world.iam.made[2]
    assert world.iam.keys[USER][by_hand].active

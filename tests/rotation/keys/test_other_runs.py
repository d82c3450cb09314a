"""A run that another one, a person or the clock gets in the way of: it publishes nothing that the other would break."""

from collections.abc import Callable

import pytest
from key_worlds import PLAN, due, only, settled, world_of, write
from scripted import World
from scripted_iam import ID, USER, pair, works

from components.contract.key_tags import PENDING
from components.rotation.aws import AwsError
from components.rotation.results import Status


def _at(world: World, call: str, effect: Callable[[], None]) -> None:
    """Does something once, just before IAM or STS gets the call."""
    left = [effect]

    def fault(name: str) -> None:
        if name == call and left:
            left.pop()()

    world.iam.fault = fault


def _refuse(code: str, words: str) -> Callable[[], None]:
    def refuse() -> None:
        raise AwsError(code, words)

    return refuse


def _repaired(world: World) -> bool:
    """Whether later runs publish a new key and leave no other behind."""
    world.iam.fault = lambda _: None
    for _ in range(3):
        world.clock.pass_by(hours=2)
        assert world.rotate(PLAN).failures == []
    world.clock.pass_by(days=9)
    world.rotate(PLAN)
    world.rotate(PLAN)
    return works(world) and list(world.iam.keys[USER]) == [pair(world)[0]]


def test_variables_that_change_after_every_step_end_the_run() -> None:
    world = settled()

    def edited(method: str, path: str) -> None:
        if method == "GET" and path.endswith(ID):
            write(world, ID, description="mine")

    world.gitlab_fault = edited
    result = only(world.rotate(PLAN))
    assert result.status is Status.FAILED
    assert result.reason == "the keys keep changing during this run: something else is changing them"
    assert works(world)


@pytest.mark.parametrize(("first", "status"), [(True, Status.FAILED), (False, Status.KEPT)])
def test_a_user_whose_second_key_another_run_has_just_made_is_left_to_it(first: bool, status: Status) -> None:
    """Without a published key this is a failure, which an alarm may report."""
    world = world_of() if first else due(PLAN)
    _at(world, "create key", _refuse("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2"))
    result = only(world.rotate(PLAN))
    assert (result.status, result.reason) == (
        status, "another run made a key at the same time; this one does nothing",
    )  # fmt: skip
    assert len(world.iam.made) == (0 if first else 1)
    assert _repaired(world)


def test_any_other_refusal_to_make_a_key_is_reported_in_awss_words() -> None:
    world = due(PLAN)
    world.iam.fault = lambda name: _refuse("AccessDenied", "not authorized")() if name == "create key" else None
    (failure,) = world.rotate(PLAN).failures
    assert f"the keys of the IAM user {USER}: AccessDenied: not authorized" in failure
    assert _repaired(world)


def test_of_two_runs_that_each_made_a_key_the_one_that_is_not_recorded_deletes_its_own() -> None:
    world = due(PLAN)
    before = pair(world)
    made = len(world.iam.made)

    def recorded(name: str) -> None:
        if name == "caller" and len(world.iam.made) > made:
            world.iam.tags[USER][PENDING] = "AKIAFAKEOFTHEOTHER00"

    world.iam.fault = recorded
    result = only(world.rotate(PLAN))
    assert result.reason == "another run made a key at the same time; this run deletes its own"
    assert (result.status, pair(world)) == (Status.KEPT, before)
    assert list(world.iam.keys[USER]) == world.iam.made[:made]
    assert _repaired(world)


def test_a_key_that_is_made_too_late_to_be_published_is_replaced_by_the_next_run() -> None:
    world = due(PLAN)
    before = pair(world)
    _at(world, "create key", lambda: world.clock.pass_by(seconds=265))
    result = only(world.rotate(PLAN))
    assert result.reason == "a new key was made; too little time was left in this run to publish it"
    assert (result.status, pair(world)) == (Status.LEFT, before)
    assert _repaired(world)

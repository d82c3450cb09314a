"""What the real GitLab provider was observed to do with runners and schedules, also where it is unpleasant."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from provider_server import Provider, plain, started
from pulumi.runtime.proto import provider_pb2

from rehearsal.world import World

RUNNER = "gitlab:index/userRunner:UserRunner"
SCHEDULE = "gitlab:index/pipelineSchedule:PipelineSchedule"
VARIABLE = "gitlab:index/groupVariable:GroupVariable"
BASE_URL = "https://gitlab.example.com/api/v4/"
EQUAL = provider_pb2.DiffResponse.DIFF_NONE
OPTIONS: dict[str, Any] = {
    "accessLevel": "ref_protected", "description": "a", "locked": True, "maintenanceNote": "down", "paused": True,
    "maximumTimeout": 900, "tagLists": ["docker"], "untagged": False,
}  # fmt: skip
BARE = {"runnerType": "group_type", "groupId": 20}
NIGHTLY: dict[str, Any] = {
    "project": "acme/backend/old-service", "description": "nightly", "ref": "refs/heads/main", "cron": "0 1 * * *",
}  # fmt: skip


@pytest.fixture(scope="module")
def other(environment: dict[str, str], world: World) -> Iterator[Provider]:
    """The same provider with another person's token."""
    world.gitlab.add_member("other", "acme/backend", 50)
    token = world.gitlab.create_token("other", ["api"], user="other")
    surroundings = {**environment, "GITLAB_TOKEN": token}
    with started("gitlab", surroundings, {"baseUrl": BASE_URL, "earlyAuthCheck": "false"}) as provider:
        yield provider


@pytest.mark.parametrize("option", OPTIONS)
def test_removing_an_option_of_a_runner_changes_nothing(gitlab: Provider, world: World, option: str) -> None:
    inputs = {**BARE, **OPTIONS}
    made = gitlab.create(RUNNER, inputs)
    state = plain(gitlab.read(RUNNER, made.id, plain(made.properties), inputs).properties)
    without = {key: value for key, value in inputs.items() if key != option}
    assert gitlab.diff(RUNNER, state, without, inputs).changes == EQUAL
    updated = gitlab.update(RUNNER, made.id, state, {**without, "description": "b"})
    kept = {**OPTIONS, "description": "b"}
    assert {key: plain(updated.properties)[key] for key in kept} == kept
    assert plain(gitlab.read(RUNNER, made.id, state, inputs).properties)["paused"] is True
    gitlab.delete(RUNNER, made.id, state)


def test_a_changed_option_of_a_runner_is_updated_in_place(gitlab: Provider, world: World) -> None:
    made = gitlab.create(RUNNER, {**BARE, **OPTIONS})
    state, wanted = plain(made.properties), {**BARE, **OPTIONS, "paused": False, "maintenanceNote": ""}
    changed = gitlab.diff(RUNNER, state, wanted, {**BARE, **OPTIONS})
    assert (list(changed.diffs), list(changed.replaces)) == (["maintenanceNote", "paused"], [])
    gitlab.update(RUNNER, made.id, state, wanted)
    shown = world.gitlab_api("GET", f"runners/{made.id}", {})[1]
    assert (shown["paused"], shown["maintenance_note"], shown["maximum_timeout"]) == (False, "", 900)
    gitlab.delete(RUNNER, made.id, state)


@pytest.mark.parametrize(
    ("type_", "inputs", "words"),
    [
        (RUNNER, BARE, r"DELETE runners/\d+: 404 {message: 404 Runner Not Found}"),
        (SCHEDULE, NIGHTLY, r"DELETE projects/.*: 404 {message: 404 Pipeline Schedule Not Found}"),
        (VARIABLE, {"group": "20", "key": "GONE", "value": "fake-0001"}, r"404 {message: 404 GroupVariable Not Found}"),
    ],
)
def test_what_somebody_deleted_by_hand_cannot_be_deleted_and_a_refresh_forgets_it(
    gitlab: Provider, type_: str, inputs: dict[str, Any], words: str
) -> None:
    made = gitlab.create(type_, inputs)
    state = plain(made.properties)
    gitlab.delete(type_, made.id, state)  # as by hand: the state still has it
    assert gitlab.diff(type_, state, inputs, inputs).changes == EQUAL
    with pytest.raises(grpc.RpcError, match=words):
        gitlab.delete(type_, made.id, state)
    assert gitlab.read(type_, made.id, state, inputs).id == ""


def test_a_provider_that_takes_ownership_asks_for_its_user_in_every_plan(
    gitlab: Provider, environment: dict[str, str], world: World
) -> None:
    inputs, before = {**NIGHTLY, "takeOwnership": True}, len(world.gitlab.events)
    gitlab.create(SCHEDULE, inputs, preview=True)
    gitlab.diff(SCHEDULE, inputs, inputs)
    asked = [event.path for event in world.gitlab.events[before:]]
    assert asked == ["/api/v4/user"] * 2
    setting = {"baseUrl": BASE_URL, "token": "a-dummy", "earlyAuthCheck": "false"}
    with started("gitlab", environment, setting) as provider:
        provider.create(SCHEDULE, NIGHTLY, preview=True)
        for plan in (
            lambda: provider.create(SCHEDULE, inputs, preview=True),
            lambda: provider.diff(SCHEDULE, {}, inputs),
        ):
            with pytest.raises(grpc.RpcError, match="GET user: 401"):
                plan()


def test_two_people_who_take_ownership_take_a_schedule_from_each_other_forever(
    gitlab: Provider, other: Provider
) -> None:
    inputs = {**NIGHTLY, "takeOwnership": True}
    made = gitlab.create(SCHEDULE, inputs)
    state = plain(made.properties)
    assert gitlab.diff(SCHEDULE, state, inputs, inputs).changes == EQUAL
    for deployer in (other, gitlab, other):
        assert list(deployer.diff(SCHEDULE, state, inputs, inputs).diffs) == ["owner"]
        state = plain(deployer.update(SCHEDULE, made.id, state, inputs).properties)
        state = plain(deployer.read(SCHEDULE, made.id, state, inputs).properties)
        assert deployer.diff(SCHEDULE, state, inputs, inputs).changes == EQUAL
    gitlab.delete(SCHEDULE, made.id, state)


def test_without_taking_ownership_the_owner_is_no_difference_and_only_the_owner_may_change_a_schedule(
    gitlab: Provider, other: Provider
) -> None:
    made = gitlab.create(SCHEDULE, NIGHTLY)
    state = plain(made.properties)
    assert other.diff(SCHEDULE, state, NIGHTLY, NIGHTLY).changes == EQUAL
    with pytest.raises(grpc.RpcError, match=r"PUT projects/.*: 403 {message: 403 Forbidden}"):
        other.update(SCHEDULE, made.id, state, {**NIGHTLY, "cron": "0 2 * * *"})
    other.delete(SCHEDULE, made.id, state)  # a Maintainer may

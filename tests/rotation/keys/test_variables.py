"""The two variables of an access key, where GitLab or a person does something unusual with them."""

from typing import Any

import pytest
from key_worlds import HIDDEN, PLAN, only, settled, world_of, write
from scripted import answer
from scripted_iam import ID, SECRET, pair, works

from components.rotation.results import Status

_NONE = answer(404, {"message": "404 Variable Not Found"})


def test_a_pair_that_should_be_hidden_says_that_gitlab_hides_only_new_variables() -> None:
    world = settled()
    before = pair(world)
    result = only(world.rotate(HIDDEN))
    assert result.status is Status.FAILED
    assert result.reason.endswith(
        f"{ID} but did not set hidden: GitLab hides only new ones; delete it, and the next run recreates it"
    )
    assert pair(world) == before


def test_a_secret_that_no_request_can_be_signed_with_is_replaced() -> None:
    world = settled()
    write(world, SECRET, value="äöü" * 13)
    assert world.rotate(PLAN).failures == []
    assert works(world)


@pytest.mark.parametrize("key", [ID, SECRET])
def test_a_variable_that_another_run_creates_meanwhile_is_updated(key: str) -> None:
    world = world_of()
    unseen = [True]

    def not_yet(method: str, path: str) -> Any:
        return _NONE if method == "GET" and path.endswith(key) and unseen and unseen.pop() else None

    world.gitlab_fault = not_yet
    assert world.rotate(PLAN).failures == []
    assert works(world)


def test_a_gitlab_that_contradicts_itself_is_named() -> None:
    world = world_of()
    world.gitlab_fault = lambda method, path: _NONE if method == "GET" and path.endswith(SECRET) else None
    (failure,) = world.rotate(PLAN).failures
    assert f"GitLab says both that project acme/scripts {SECRET} exists and that it does not" in failure

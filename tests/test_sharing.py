"""Tests that share a fixture run in one process, which makes it once, however many processes there are."""

import pytest


@pytest.fixture(scope="module")
def shared() -> str:
    return "made once"


def test_a_test_with_a_shared_fixture_is_in_the_group_of_its_file(shared: str, request: pytest.FixtureRequest) -> None:
    grouped = getattr(request.config.option, "loadgroup", False)  # so it is in the processes of `make test`
    assert request.node.nodeid.endswith("@test_sharing.py") is grouped
    assert shared == "made once"


def test_any_other_test_runs_wherever_there_is_time(request: pytest.FixtureRequest) -> None:
    assert "@" not in request.node.nodeid

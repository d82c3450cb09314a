"""Tests that share a fixture run in one process, which makes it once, however many processes there are."""

import pytest


@pytest.fixture(scope="module")
def shared() -> str:
    return "made once"


def test_a_test_with_a_shared_fixture_is_in_the_group_of_its_file(shared: str, request: pytest.FixtureRequest) -> None:
    grouped = getattr(request.config.option, "loadgroup", False)  # set by `make test`, which uses several processes
    assert request.node.nodeid.endswith("@test_sharing.py") is grouped
    assert shared == "made once"


def test_any_other_test_runs_in_any_process(request: pytest.FixtureRequest) -> None:
    assert "@" not in request.node.nodeid

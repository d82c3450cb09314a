"""The quick tests of a file, and slow ones that share a fixture, run in one process; it makes what they share once."""

import pytest


@pytest.fixture(scope="module")
def shared() -> str:
    return "made once"


def test_a_test_with_a_shared_fixture_is_in_the_group_of_its_file(shared: str, request: pytest.FixtureRequest) -> None:
    grouped = getattr(request.config.option, "loadgroup", False)  # set by `make test`, which uses several processes
    assert request.node.nodeid.endswith("@test_sharing.py") is grouped
    assert shared == "made once"


def test_a_quick_test_is_in_the_group_of_its_file(request: pytest.FixtureRequest) -> None:
    grouped = getattr(request.config.option, "loadgroup", False)
    assert request.node.nodeid.endswith("@test_sharing.py") is grouped


@pytest.mark.slow(reason="only a slow test waits for no other of its file")
def test_a_slow_test_runs_in_any_process(request: pytest.FixtureRequest) -> None:
    assert "@" not in request.node.nodeid

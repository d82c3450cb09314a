"""Tests that share a fixture or a cached function run in one process, which makes it once, however many there are."""

from functools import cache

import pytest


@pytest.fixture(scope="module")
def shared() -> str:
    return "made once"


def test_a_test_with_a_shared_fixture_is_in_the_group_of_its_file(shared: str, request: pytest.FixtureRequest) -> None:
    grouped = getattr(request.config.option, "loadgroup", False)  # set by `make test`, which uses several processes
    assert request.node.nodeid.endswith("@test_sharing.py") is grouped
    assert shared == "made once"


@cache
def remembered() -> str:
    return "made once too"


def test_a_test_of_a_file_with_a_cached_function_is_in_its_group(request: pytest.FixtureRequest) -> None:
    grouped = getattr(request.config.option, "loadgroup", False)
    assert request.node.nodeid.endswith("@test_sharing.py") is grouped
    assert remembered() == "made once too"


@pytest.mark.slow(reason="only a slow test waits for no other of such a file")
def test_a_slow_test_runs_in_any_process(request: pytest.FixtureRequest) -> None:
    assert "@" not in request.node.nodeid

"""The program that large stacks are measured against."""

from typing import Any

import pytest

from bench import stacks
from validation.recorder import Recorder

_OF_THE_PLACE = ("parent", "sourcePosition", "stackTrace", "dependencies", "propertyDependencies")


def as_registered(requests: list[Any]) -> dict[tuple[str, str], Any]:
    """What the engine would be asked for, without the place in the program."""
    found: dict[tuple[str, str], Any] = {}
    for request in requests:
        if request.custom:
            copy = type(request)()
            copy.CopyFrom(request)
            for field in _OF_THE_PLACE:
                copy.ClearField(field)
            after = sorted(stacks.key(urn) for urn in request.dependencies)
            of_others = {
                name: [stacks.key(urn) for urn in dependency.urns]
                for name, dependency in request.propertyDependencies.items()
            }
            found[request.type, request.name] = (copy, after, of_others)
    return found


@pytest.fixture
def ours(recorder: Recorder) -> list[Any]:
    return stacks.recorded(stacks.with_components(3))


def test_the_program_without_components_registers_the_same(ours: list[Any]) -> None:
    bare = stacks.recorded(stacks.bare(ours))
    assert as_registered(bare) == as_registered(ours)


def test_the_benchmark_stack_has_no_component(ours: list[Any]) -> None:
    bare = stacks.recorded(stacks.bare(ours))
    assert [request.type for request in bare if not request.custom] == []
    assert [request.type for request in ours if not request.custom] != []


def test_each_repository_and_consumer_adds_five_resources(ours: list[Any]) -> None:
    more = stacks.recorded(stacks.with_components(4))
    assert len(more) - len(ours) == 5

"""The program that large stacks are measured against."""

import traceback
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import source_pb2

from bench import stacks
from validation.recorder import Recorder

_OF_THE_PLACE = ("parent", "sourcePosition", "stackTrace", "dependencies", "propertyDependencies")
_COMPONENTS = Path(stacks.__file__).parents[1] / "components"


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


def test_what_a_large_stack_repeats_is_created_in_its_components_constructor(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Pulumi's SDK records the call stack of each resource: a helper in between takes a percent of the program's time.
    monkeypatch.setattr("pulumi.runtime.resource._get_stack_trace", _files_of_components)
    requests = stacks.recorded(stacks.with_components(3))
    repeated = [request for request in requests if "team-" in request.name or "acme/app-" in request.name]
    assert len(repeated) == 15
    assert {tuple(frame.pc.uri for frame in request.stackTrace.frames) for request in repeated} == {
        (component, "registry_access.py")
        for component in ("ecr/repositories.py", "iam/identities.py", "consumers/ci_variables.py")
    }


def _files_of_components() -> source_pb2.StackTrace:
    files = [Path(frame.filename) for frame in reversed(traceback.extract_stack())]
    within = [file.relative_to(_COMPONENTS).as_posix() for file in files if _COMPONENTS in file.parents]
    positions = [source_pb2.SourcePosition(uri=file) for file in within]
    return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=position) for position in positions])

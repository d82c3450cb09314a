"""What a program declares and what its policies say are the same rights, read from a preview of each stack file."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from previews import ACCESS, ROLE_POLICY, preview_json, stack, step
from program import build
from recording import recording

from components.preview import reading as preview
from components.preview import rights as preview_rights
from rehearsal import stack_file
from validation.recorder import Recorder

_STACKS = Path(__file__).parents[2] / "tests" / "data" / "examples"
_FILES = pytest.mark.parametrize("file", ["local", "dev", "prod"])


@cache  # the tests only read it
def _built(file: str) -> tuple[Any, Recorder]:
    declared = stack_file.read(_STACKS / f"Pulumi.{file}.yaml").declaration
    with recording() as recorder:
        recorder.answers["gitlab:index/userRunner:UserRunner"] = {"id": "9171", "token": "glrt-fake-0000"}
        build(declared)
    return declared, recorder


def _access(file: str, also_pulls: str = "") -> tuple[preview_rights.Access, Any]:
    """A first preview of the stack, with another repository slipped into every policy."""
    declared, recorder = _built(file)
    shown = {ACCESS, *preview_rights.POLICY_OF_A_ROLE}
    steps = [
        step(
            "create",
            made.type,
            made.name,
            new=_with(made.inputs, also_pulls) if made.type == ROLE_POLICY else made.inputs,
        )
        for made in recorder.resources
        if made.type in shown
    ]
    return preview_rights.access(preview.read(preview_json(stack("create"), *steps))), declared


def _with(inputs: dict[str, Any], repository: str) -> dict[str, Any]:
    policy = json.loads(inputs["policy"])
    extra = {"Effect": "Allow", "Action": "ecr:BatchGetImage", "Resource": repository}
    return {
        **inputs,
        "policy": json.dumps({**policy, "Statement": [*policy["Statement"], *([extra] if repository else [])]}),
    }


@_FILES
def test_every_policy_of_a_stack_is_explained_by_its_declaration(file: str) -> None:
    found, declared = _access(file)
    assert found.declared
    assert {kind for (kind, _), rights in found.new.items() if rights} <= {"project", "group", "runner"}
    assert found.new.keys() >= {("runner", name) for name in declared.get("runners", {})}
    assert {kind for kind, _ in found.new_ways} >= {"project", "runner"}


@_FILES
def test_a_policy_that_pulls_more_than_declared_is_reported_at_its_role(file: str) -> None:
    found, _ = _access(file, "arn:aws:ecr:eu-central-1:999999999999:repository/slipped/in")
    slipped = ("pull", "999999999999.dkr.ecr.eu-central-1.amazonaws.com/slipped/in")
    roles = {inputs.inputs["role"] for inputs in _built(file)[1].of_type(ROLE_POLICY)}
    assert {who for who, rights in found.new.items() if slipped in rights} == {("role", role) for role in roles}


def test_an_older_state_has_no_kinds_of_access_and_no_registries() -> None:
    old = {"repositories": ["a"], "consumers": {"acme/web": {"kind": "project", "pull": ["a"]}}}
    assert preview_rights.ways(old) == {}
    assert preview_rights.declared(old) == {("project", "acme/web"): frozenset({("pull", "a")})}

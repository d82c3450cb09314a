"""Pulumi leaves alone what the rotator writes, in every property that shows it, for every type."""

import ast
from pathlib import Path

import pytest
from program import LOCAL, ROOT, run_once

from components import rotation
from validation.recorder import Registered

_STACKS = [
    LOCAL,
    ROOT / "tests" / "data" / "Pulumi.wide.yaml",
    *(ROOT / "tests" / "data" / f"Pulumi.{name}.yaml" for name in ("gitlab", "managed")),
]
_VARIABLE = {"value", "description", "masked", "protected", "raw", "variableType"}
WRITTEN = {
    # By the call of the rotation that writes it: the type, and the properties that show it, computed ones too.
    "tag_user": ("aws:iam/user:User", {"tags", "tagsAll"}),
    "untag_user": ("aws:iam/user:User", {"tags", "tagsAll"}),
    "PUT variables": ("gitlab:index/projectVariable:ProjectVariable", _VARIABLE),
    "PUT group variables": ("gitlab:index/groupVariable:GroupVariable", _VARIABLE),
}
_OF_NO_RESOURCE = {
    "create_access_key",
    "delete_access_key",
    "update_access_key",
    "put_parameter",  # the rotator's own memory, which no stack declares
    "put_secret_value",  # the value; the stack has the secret alone
    "update_secret_version_stage",
    "put_metric_data",
}
_WRITES = ("create_", "delete_", "put_", "tag_", "untag_", "update_")


def _calls() -> set[str]:
    """What the rotation calls by boto3's names, of all that writes."""
    files = Path(rotation.__file__).parent.rglob("*.py")
    attributes = {
        node.attr for file in files for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Attribute)
    }
    return {name for name in attributes if name.startswith(_WRITES)}


def _fixed(resource: Registered) -> bool:
    """A variable that nobody rotates: Pulumi writes all of it."""
    return "value" not in resource.ignore_changes and "hidden" in resource.replace_on_changes


def test_each_call_that_writes_is_known() -> None:
    known = {call for call in WRITTEN if not call.startswith("PUT")} | _OF_NO_RESOURCE
    assert {
        call for call in _calls() if call.endswith(("_user", "_key", "_parameter", "_value", "_stage", "_data"))
    } <= known


@pytest.mark.parametrize("stack", _STACKS, ids=lambda path: path.name)
def test_a_program_that_ignores_tags_ignores_both_forms_of_them(stack: Path) -> None:
    for resource in run_once(stack).resources:
        ignored = {"tags", "tagsAll"} & set(resource.ignore_changes)
        assert ignored in (set(), {"tags", "tagsAll"}), resource.name


@pytest.mark.parametrize("stack", _STACKS, ids=lambda path: path.name)
def test_no_up_takes_back_what_the_rotator_wrote(stack: Path) -> None:
    recorder = run_once(stack)
    seen = 0
    for type_, shown in WRITTEN.values():
        for resource in recorder.of_type(type_):
            if type_.startswith("gitlab:") and _fixed(resource):
                continue
            seen += 1
            assert shown <= set(resource.ignore_changes), resource.name
    assert seen

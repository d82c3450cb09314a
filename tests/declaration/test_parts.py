"""Roles, variables and plan of one declaration agree."""

import json
from typing import Any

import pulumi
import pytest

from components import CiVariables, Identities, OwnerKind, RegistryAccess, rotation_parts
from components.consumers import derivation
from components.declaration import parts as parts_module
from components.declaration.args import RotationPartsArgs
from validation.recorder import Recorder

_ARGS: RotationPartsArgs = {
    "account": "123456789012",
    "region": "eu-central-1",
    "prefix": "ecr-rotator",
    "stack": "prod",
    "repositories": ["ci/node", "ci/python", "secret/tools"],
    "consumers": {
        "acme/backend": {"kind": OwnerKind.GROUP, "id": 20, "pull": ["ci/*"]},
        "acme/web": {"pull": ["ci/node"]},
    },
}


def test_the_plan_assumes_the_roles_that_identities_makes_and_writes_the_variables_that_ci_variables_makes(
    recorder: Recorder,
) -> None:
    parts = rotation_parts(_ARGS)

    def program() -> None:
        place: Any = {key: _ARGS[key] for key in ("account", "region", "prefix")}
        Identities("identities", {**place, "audiences": parts["audiences"]})  # pyright: ignore[reportArgumentType] - three keys of the arguments above
        CiVariables("variables", {"variables": parts["variables"]})

    pulumi.runtime.test(program)()
    plan = json.loads(parts["plan"])
    roles = {
        f"arn:aws:iam::123456789012:role{role.inputs['path']}{role.inputs['name']}"
        for role in recorder.of_type("aws:iam/role:Role")
    }
    assert {audience["role_arn"] for audience in plan["audiences"].values()} == roles
    owners = {r.inputs.get("group") or r.inputs.get("project") for r in recorder.resources if "Variable:" in r.type}
    assert {target["owner"] for target in plan["targets"]} == owners == {"20", "acme/web"}


def test_a_mistake_in_the_arguments_of_rotation_parts_is_named() -> None:
    with pytest.raises(ValueError, match=r"consumers\.acme/web\.pull"):
        rotation_parts({**_ARGS, "consumers": {"acme/web": {"pull": ["nothing/*"]}}})


def test_a_declaration_derives_its_plan_and_variables_once(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    declaration: Any = {**_ARGS, "repositories": {name: {} for name in _ARGS["repositories"]}}
    derived: list[str] = []

    def counted(module: Any, name: str) -> None:
        derive = getattr(module, name)

        def counting(*args: Any, **more: Any) -> Any:
            derived.append(name)
            return derive(*args, **more)

        monkeypatch.setattr(module, name, counting)

    counted(derivation, "plan")
    counted(parts_module, "variables")
    pulumi.runtime.test(lambda: RegistryAccess("access", declaration) and None)()
    assert recorder.resources
    assert sorted(derived) == ["plan", "variables"]

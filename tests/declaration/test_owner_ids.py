"""Ids that come from another resource: the stack is the same as with plain ones, and a preview knows all but them."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pulumi
import pulumi_gitlab as gitlab
import pytest
from recording import recording

from components.consumers.ci_variables import CiVariables
from components.contract import plan as plans
from components.declaration.findings import find
from components.declaration.parts import rotation_parts
from components.iam.identities import Identities
from components.registry_access import RegistryAccess
from components.rotator.rotator import Rotator
from validation.recorder import Recorder, Registered

PLACE: Any = {"account": "123456789012", "region": "eu-central-1", "prefix": "gitlab-ecr-test"}
NUMBERS = {"fetching": 70, "group": 20, "web": 41, "around": 40, "job": 51, "infra": 50, "runner": 20}


def declaration(numbers: dict[str, Any], *, backend: str = "lambda") -> Any:
    job = {"project": "acme/infra/rotation", "id": numbers["job"], "namespace_id": numbers["infra"]}
    return {
        **PLACE,
        "stack": "test",
        "repositories": {"ci/python": {}, "app/api": {}},
        "consumers": {
            "acme/backend": {"kind": "group", "id": numbers["group"], "pull": ["ci/*"]},
            "acme/web": {
                "id": numbers["web"],
                "namespace_id": numbers["around"],
                "pull": ["ci/python"],
                "push": ["app/api"],
            },
            "acme/fetching": {
                "access": "job-secret",
                "id": numbers["fetching"],
                "namespace_id": numbers["around"],
                "pull": ["ci/*"],
            },
            "acme/legacy": {"access": "access-keys", "id": 60, "long_lived_keys": True, "pull": ["app/api"]},
        },
        "runners": {"docker": {"group_id": numbers["runner"], "docker": {"image": "ruby:3.4"}}},
        **({"rotation_backend": "gitlab", "rotation": {"job": job}} if backend == "gitlab" else {}),
    }


def made(numbers: Callable[[], dict[str, Any]], backend: str, *, preview: bool = False) -> dict[str, Any]:
    """What a stack with these ids registers, as plain values."""
    with recording(preview=preview) as recorder:
        recorder.answers["gitlab:index/userRunner:UserRunner"] = {"id": "9171", "token": "glrt-fake-0000"}
        pulumi.runtime.test(lambda: RegistryAccess("access", declaration(numbers(), backend=backend)) and None)()
    return shown([each for each in recorder.resources if each.type != "gitlab:index/group:Group"])


@cache  # each form of an id is compared with the same
def made_of_plain_numbers(backend: str, *, preview: bool = False) -> dict[str, Any]:
    return made(lambda: NUMBERS, backend, preview=preview)


def shown(resources: list[Registered]) -> dict[str, Any]:
    def archive(value: Any) -> Any:
        """An archive by its texts, and a word for what is not known."""
        assets = getattr(value, "assets", None)
        return "unknown" if assets is None else {path: getattr(each, "text", None) for path, each in assets.items()}

    return {
        f"{each.type} {each.name}": json.loads(
            json.dumps([each.inputs, each.parent, sorted(each.secret_inputs)], default=archive)
        )
        for each in resources
    }


@pytest.mark.parametrize("backend", ["lambda", "gitlab"])
@pytest.mark.parametrize("form", [int, str, float], ids=["int", "str", "float"])
def test_an_id_from_a_resource_makes_what_a_plain_one_makes(form: Any, backend: str) -> None:
    plain = made_of_plain_numbers(backend)
    assert made(lambda: {name: pulumi.Output.from_input(form(n)) for name, n in NUMBERS.items()}, backend) == plain
    assert '"40"' in plain["aws:iam/role:Role access-identities-push-acme/web"][0]["assumeRolePolicy"]


@pytest.mark.parametrize(
    ("backend", "unknown"),
    [
        (
            "lambda",
            {
                "aws:iam/role:Role access-identities-push-acme/web": {"assumeRolePolicy"},
                "aws:iam/role:Role access-identities-secret-acme/fetching": {"assumeRolePolicy"},
                "aws:lambda/function:Function access-rotator-function": {"code"},
                "aws:lambda/function:Function access-rotator-renewal": {"code"},
                "aws:lambda/invocation:Invocation access-rotator-first-rotation": {"triggers"},
            },
        ),
        (
            "gitlab",
            {
                "aws:iam/role:Role access-identities-push-acme/web": {"assumeRolePolicy"},
                "aws:iam/role:Role access-identities-secret-acme/fetching": {"assumeRolePolicy"},
                "aws:iam/role:Role access-rotator-function-role": {"assumeRolePolicy"},
                "aws:iam/role:Role access-rotator-renewal-role": {"assumeRolePolicy"},
                "aws:s3/bucketObjectv2:BucketObjectv2 access-rotator-code": {"contentBase64"},
            },
        ),
    ],
)
def test_a_preview_knows_all_but_what_holds_the_id(backend: str, unknown: dict[str, set[str]]) -> None:
    plain = made_of_plain_numbers(backend, preview=True)
    found = made(lambda: dict.fromkeys(NUMBERS, gitlab.Group("group", path="acme").id), backend, preview=True)
    assert found.keys() == plain.keys()
    differs = {
        key: {name for name in plain[key][0] if plain[key][0][name] != found[key][0].get(name)}
        for key in plain
        if plain[key][0] != found[key][0]
    }
    variables = {key: {"group" if "Group" in key else "project"} for key in differs if "Variable" in key}
    assert len([key for key in variables if "acme/backend" in key or "acme/web" in key]) == len(variables) > 1
    runner = {"gitlab:index/userRunner:UserRunner access-runner-docker-registration": {"groupId"}}
    assert differs == {**unknown, **variables, **runner}


def parts_of(consumer: dict[str, Any]) -> Any:
    declared: Any = {**PLACE, "stack": "test", "repositories": ["ci/python"], "consumers": {"acme/web": consumer}}
    return rotation_parts(declared)


def test_rotation_parts_take_an_id_from_a_resource(recorder: Recorder) -> None:
    def program() -> None:
        parts = parts_of({"id": pulumi.Output.from_input("20"), "pull": ["ci/*"]})
        identities: Any = {**PLACE, "audiences": parts["audiences"]}
        rotator: Any = {**PLACE, "plan": parts["plan"], "owner_ids": parts["owner_ids"]}
        Identities("identities", identities)
        CiVariables("variables", {"variables": parts["variables"]})
        Rotator("rotator", rotator)

    pulumi.runtime.test(program)()
    (variable,) = recorder.of_type("gitlab:index/projectVariable:ProjectVariable")
    code = recorder.one("aws:lambda/function:Function", "rotator-function").inputs["code"]
    (target,) = plans.loads(code.assets["gitlab_ecr/plan.json"].text).targets
    assert (variable.inputs["project"], target.owner, target.path) == ("20", "20", "acme/web")


def test_an_id_that_belongs_to_no_owner_in_the_plan_is_refused(recorder: Recorder) -> None:
    rotator: Any = {**PLACE, "plan": parts_of({"pull": ["ci/*"]})["plan"], "owner_ids": {"acme/wbe": 20}}
    with pytest.raises(ValueError, match=r"^owner_ids\.acme/wbe: no project or group of the plan"):
        Rotator("rotator", rotator)


@pytest.mark.parametrize(
    ("key", "value"),
    [("id", "acme/backend"), ("id", 0), ("id", 20.5), ("id", True), ("namespace_id", "acme")],
)
def test_an_invalid_id_is_refused_with_its_key(recorder: Recorder, key: str, value: Any) -> None:
    args = declaration(dict(NUMBERS))
    args["consumers"]["acme/web"][key] = value
    with pytest.raises(ValueError, match=rf"^consumers\.acme/web\.{key}: got .*; write the number that GitLab shows"):
        RegistryAccess("access", args)


@pytest.mark.parametrize("number", [20, "20", 20.0])
def test_the_same_id_twice_is_found_in_each_form(number: Any) -> None:
    args = declaration(dict(NUMBERS))
    args["consumers"]["acme/other"] = {"kind": "group", "id": number, "pull": ["ci/*"]}
    (mistake,) = find(args).found
    assert str(mistake).startswith("consumers.acme/other.id: `consumers`.acme/backend is group 20 too")

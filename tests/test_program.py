"""The program as a whole: what every stack file registers, and what its first preview already knows."""

import json
from collections import Counter

import pulumi
import pytest
from policy_linter import lint
from program import ACCOUNT, LOCAL, documents, main, plan_of, run_once

from rehearsal.stack_file import read
from validation.recorder import Recorder


def test_no_two_resources_share_type_and_name() -> None:
    recorder = run_once()
    counts = Counter((resource.type, resource.name) for resource in recorder.resources)
    assert [key for key, count in counts.items() if count > 1] == []


def test_every_resource_has_its_component_as_parent() -> None:
    recorder = run_once()
    components = {r.name for r in recorder.resources if r.type.startswith("gitlab-ecr:index:")}
    assert [r.name for r in recorder.resources if r.parent not in components and r.name != "access"] == []


def test_the_first_preview_knows_every_policy_document_completely() -> None:
    before = documents(run_once(preview=True).resources)
    assert before == documents(run_once().resources)
    assert len(before) >= 8


def test_the_first_preview_knows_the_plan_completely() -> None:
    plan = plan_of(run_once(preview=True))
    assert {name: (a.inside, a.outside) for name, a in plan.audiences.items()} == {
        "acme/backend": ("ci/node", "base/alpine"),
        "acme/frontend/web": ("ci/node", "base/alpine"),
    }
    assert [(t.owner_kind.value, t.owner, t.path) for t in plan.targets] == [
        ("group", "20", "acme/backend"),
        ("project", "acme/frontend/web", "acme/frontend/web"),
    ]


def test_an_adopted_variable_is_not_a_resource() -> None:
    recorder = run_once()
    assert [r.inputs["group"] for r in recorder.of_type("gitlab:index/groupVariable:GroupVariable")] == ["20"]
    variables = recorder.of_type("gitlab:index/projectVariable:ProjectVariable")
    assert "DOCKER_AUTH_CONFIG" not in {variable.inputs["key"] for variable in variables}
    assert {variable.inputs["project"] for variable in variables} == {"30", "acme/legacy"}


def test_the_first_rotation_comes_after_roles_variables_and_schedule() -> None:
    recorder = run_once()
    waits_for = set(recorder.one("aws:lambda/invocation:Invocation").dependencies)
    assert {
        "access-identities-pull-acme/backend",
        "access-variables-acme/backend:DOCKER_AUTH_CONFIG:*",
        "access-rotator-function",
        "access-rotator-function-schedule",
    } <= waits_for


def test_every_policy_document_passes_the_linter() -> None:
    recorder = run_once()
    found = documents(recorder.resources)
    assert {where: problems for where, document in found.items() if (problems := lint(document))} == {}


def test_no_stack_output_and_no_plain_input_holds_a_secret() -> None:
    recorder = run_once()
    outputs = json.dumps(recorder.outputs["stack"], default=str)
    assert "glrt-fake-0000" not in outputs
    for resource in recorder.resources:
        shown = {key: value for key, value in resource.inputs.items() if key not in resource.secret_inputs}
        assert "glrt-fake-0000" not in json.dumps(shown, default=str), resource.name


def test_the_declaration_is_an_output() -> None:
    recorder = run_once()
    assert recorder.outputs["stack"]["declaration"] == {
        "registry": "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
        "repositories": ["base/alpine", "ci/node", "ci/python", "secret/tools"],
        "consumers": {
            "acme/backend": {"kind": "group", "access": "rotated-variable", "pull": ["ci/*"]},
            "acme/frontend/web": {"kind": "project", "access": "rotated-variable", "pull": ["ci/node"]},
            "acme/images": {"kind": "project", "access": "job-role", "pull": [], "push": ["ci/*"]},
            "acme/legacy": {"kind": "project", "access": "access-keys", "pull": ["base/alpine"]},
        },
        "runners": {"docker": {"access": "credential-helper", "pull": ["ci/*"]}},
    }


def test_credentials_of_another_account_stop_the_program(recorder: Recorder) -> None:
    elsewhere = {**ACCOUNT["aws:index/getCallerIdentity:getCallerIdentity"], "accountId": "999999999999"}
    pulumi.runtime.set_all_config(dict(read(LOCAL).config))
    recorder.invokes["aws:index/getCallerIdentity:getCallerIdentity"] = elsewhere
    with pytest.raises(pulumi.RunError, match=r"gitlab-ecr:account: got '123456789012', but .* for 999999999999"):
        pulumi.runtime.test(lambda: main(recorder))()
    assert recorder.resources == []


def test_a_misspelled_key_is_named_although_the_program_does_not_read_it(recorder: Recorder) -> None:
    pulumi.runtime.set_all_config({**read(LOCAL).config, "gitlab-ecr:consumer": "{}"})
    with pytest.raises(pulumi.RunError, match=r"gitlab-ecr:consumer: no such key; did you mean consumers\?"):
        pulumi.runtime.test(lambda: main(recorder))()

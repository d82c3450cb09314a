"""The linter over every policy document of the whole program, for every stack file."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
from policy_evaluator import Request, allowed
from pulumi_recorder import Recorder, Registered
from registered_policies import findings, policies

from components.consumer_args import Access
from components.documents.iam_policies import WRITE_ACTIONS
from components.documents.naming import Names
from components.documents.repository_patterns import matching
from components.registry_access import RegistryAccess
from rehearsal import stack_file

_REPOSITORY_POLICY = "aws:ecr/repositoryPolicy:RepositoryPolicy"
_STACKS = sorted((Path(__file__).parents[2] / "stacks").glob("Pulumi.*.yaml"))
_STACKS = [path for path in _STACKS if path.name != "Pulumi.bootstrap.yaml"]  # it declares no access
_STACKS.append(Path(__file__).parents[1] / "data" / "Pulumi.gitlab.yaml")


@pytest.mark.parametrize("path", _STACKS, ids=lambda path: path.name)
def test_no_policy_of_a_stack_has_a_finding(recorder: Recorder, path: Path) -> None:
    recorder.answers["gitlab:index/userRunner:UserRunner"] = {"id": "9171", "token": "glrt-fake-0000"}
    declaration = stack_file.read(path).declaration
    pulumi.runtime.test(lambda: RegistryAccess("access", declaration) and None)()
    types = {place.partition(" ")[0] for place, _ in policies(recorder.resources)}
    assert {"aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"} <= types
    roles = recorder.of_type("aws:iam/role:Role") + recorder.of_type("aws:iam/rolePolicy:RolePolicy")
    assert len(list(policies(recorder.resources))) >= len(roles)
    assert findings(recorder.resources) == []


@pytest.mark.parametrize("path", _STACKS, ids=lambda path: path.name)
def test_a_consumers_role_pulls_exactly_what_its_stack_file_says(recorder: Recorder, path: Path) -> None:
    recorder.answers["gitlab:index/userRunner:UserRunner"] = {"id": "9171", "token": "glrt-fake-0000"}
    declaration = stack_file.read(path).declaration
    pulumi.runtime.test(lambda: RegistryAccess("access", declaration) and None)()
    names = Names(declaration["account"], declaration["region"], declaration["prefix"])
    shared = {r.inputs["repository"]: json.loads(r.inputs["policy"]) for r in recorder.of_type(_REPOSITORY_POLICY)}
    pulls: dict[str, list[str]] = {}
    for consumer, options in declaration.get("consumers", {}).items():
        if options.get("access", Access.ROTATED_VARIABLE) is not Access.ROTATED_VARIABLE or not options.get("pull"):
            continue
        role = recorder.one("aws:iam/role:Role", f"access-identities-pull-{consumer}")
        inline = recorder.one("aws:iam/rolePolicy:RolePolicy", f"access-identities-pull-{consumer}")
        assert inline.inputs["role"] == role.inputs["name"]
        arn = names.role_arn(role.inputs["name"], role.inputs["path"])
        for repository in declaration["repositories"]:
            request = Request(arn, "ecr:BatchGetImage", names.repository_arn(repository))
            policy = json.loads(inline.inputs["policy"])
            if allowed(request, [policy], resource=shared.get(repository)):
                pulls.setdefault(consumer, []).append(repository)
            assert not allowed(Request(arn, "ecr:PutImage", request.resource), [policy])
        assert sorted(pulls[consumer]) == matching(options.get("pull", []), declaration["repositories"])
    assert pulls


@pytest.mark.parametrize("path", _STACKS, ids=lambda path: path.name)
def test_only_a_push_role_may_write_an_image(recorder: Recorder, path: Path) -> None:
    recorder.answers["gitlab:index/userRunner:UserRunner"] = {"id": "9171", "token": "glrt-fake-0000"}
    declaration = stack_file.read(path).declaration
    pulumi.runtime.test(lambda: RegistryAccess("access", declaration) and None)()
    names = Names(declaration["account"], declaration["region"], declaration["prefix"])
    shared = {r.inputs["repository"]: json.loads(r.inputs["policy"]) for r in recorder.of_type(_REPOSITORY_POLICY)}
    roles = {role.inputs["name"]: role for role in recorder.of_type("aws:iam/role:Role")}
    writers: set[tuple[str, str]] = set()
    for inline in recorder.of_type("aws:iam/rolePolicy:RolePolicy"):
        role = roles[inline.inputs["role"]].inputs
        for repository in declaration["repositories"]:
            for action in WRITE_ACTIONS:
                arn = names.role_arn(role["name"], role["path"])
                request = Request(arn, action, names.repository_arn(repository))
                if allowed(request, [json.loads(inline.inputs["policy"])], resource=shared.get(repository)):
                    writers.add((inline.name, repository))
    assert writers == {
        (f"access-identities-push-{path}", repository)
        for path, consumer in declaration.get("consumers", {}).items()
        for repository in matching(consumer.get("push", []), declaration["repositories"])
    }


def test_a_finding_names_the_resource_and_the_input() -> None:
    policy: dict[str, Any] = {"Version": "2012-10-17", "Statement": [{"Sid": "It", "Effect": "Allow"}]}
    policy["Statement"][0] |= {"Action": "ecr:PutImage", "Resource": "*"}
    resources = [
        Registered("aws:iam/rolePolicy:RolePolicy", "all", {"policy": json.dumps(policy)}, frozenset(), ""),
        Registered("aws:ecr/lifecyclePolicy:LifecyclePolicy", "old", {"policy": '{"rules": []}'}, frozenset(), ""),
    ]
    assert findings(resources) == [
        "aws:iam/rolePolicy:RolePolicy all.policy: It: Action ecr:PutImage: * where AWS takes a ['repository']"
    ]

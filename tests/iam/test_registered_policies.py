"""The linter over every policy document of the whole program, for every stack file."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pytest
from policy_evaluator import Request, allowed
from program import build
from recording import recording
from registered_policies import findings, policies

from components.bootstrap.bootstrap import Bootstrap
from components.declaration.args import RegistryAccessArgs
from components.iam.actions import WRITE_ACTIONS
from components.names.access import Access
from components.names.naming import Names
from components.names.repository_patterns import matching
from rehearsal import stack_file
from validation.recorder import Recorder, Registered

_ROTATED = (Access.ROTATED_VARIABLE, Access.JOB_SECRET)
_REPOSITORY_POLICY = "aws:ecr/repositoryPolicy:RepositoryPolicy"
_STACKS = sorted((Path(__file__).parents[2] / "tests" / "data" / "examples").glob("Pulumi.*.yaml"))
_STACKS = [path for path in _STACKS if path.name != "Pulumi.bootstrap.yaml"]  # it declares no access
_STACKS += [Path(__file__).parents[1] / "data" / f"Pulumi.{name}.yaml" for name in ("gitlab", "managed")]
_STACKS.append(Path(__file__).parents[1] / "data" / "Pulumi.secrets.yaml")


@cache  # the tests only read it
def _built(path: Path) -> tuple[RegistryAccessArgs, Recorder]:
    declaration = stack_file.read(path).declaration
    with recording() as recorder:
        recorder.answers["gitlab:index/userRunner:UserRunner"] = {"id": "9171", "token": "glrt-fake-0000"}
        build(declaration)
    return declaration, recorder


@pytest.mark.parametrize("path", _STACKS, ids=lambda path: path.name)
def test_no_policy_of_a_stack_has_a_finding(path: Path) -> None:
    _, recorder = _built(path)
    types = {place.partition(" ")[0] for place, _ in policies(recorder.resources)}
    assert {"aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"} <= types
    roles = recorder.of_type("aws:iam/role:Role") + recorder.of_type("aws:iam/rolePolicy:RolePolicy")
    assert len(list(policies(recorder.resources))) >= len(roles)
    assert findings(recorder.resources) == []


@pytest.mark.parametrize("path", _STACKS, ids=lambda path: path.name)
def test_a_consumers_role_pulls_exactly_what_its_stack_file_says(path: Path) -> None:
    declaration, recorder = _built(path)
    names = Names(declaration["account"], declaration["region"], declaration["prefix"])
    shared = {r.inputs["repository"]: json.loads(r.inputs["policy"]) for r in recorder.of_type(_REPOSITORY_POLICY)}
    pulls: dict[str, list[str]] = {}
    for consumer, options in declaration.get("consumers", {}).items():
        if options.get("access", Access.ROTATED_VARIABLE) not in _ROTATED or not options.get("pull"):
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
def test_only_a_push_role_may_write_an_image(path: Path) -> None:
    declaration, recorder = _built(path)
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


_KEY = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
_MEANT_BY_THE_BOOTSTRAP = {
    # Stacks choose their names, so what deploys them is held to the bootstrap's prefix, and the boundary to ECR.
    "a wildcard where a name can stand": "patterns on the prefix; tests/bootstrap/test_policies.py lists all others",
    ":ecr:*:*:repository/*: fits none of": "a boundary of every account that shares images, which have the last word",
    ":ecr:*:123456789012:repository/*: fits none of": "a boundary of every region",
    "no resource of the statement fits it": "the same two resources, from the action's side",
    "HaveNetworkInterfaces: ": "a network interface has no narrower resource before it exists",
    "Code: Action s3:": "of the bucket of a rotator's code, and of no other",
    "KeepOwnState: Action s3:*": "a denial, and so the wider the better",
    "EncryptImages: ": "keys of every region, and only by way of ECR",
}


def test_no_policy_of_the_bootstrap_has_a_finding_but_those_with_a_reason(recorder: Recorder) -> None:
    recorder.answers["aws:kms/key:Key"] = {"arn": _KEY, "keyId": _KEY.rpartition("/")[2]}
    args: Any = {
        "account": "123456789012",
        "region": "eu-central-1",
        "project": "acme/infra",
        "project_id": "1001",
        "namespace_id": "100",
    }
    pulumi.runtime.test(lambda: Bootstrap("bootstrap", args) and None)()
    found = findings(recorder.resources)
    unexcused = [finding for finding in found if not any(reason in finding for reason in _MEANT_BY_THE_BOOTSTRAP)]
    assert len(list(policies(recorder.resources))) == 7
    assert unexcused == []
    assert [reason for reason in _MEANT_BY_THE_BOOTSTRAP if not any(reason in finding for finding in found)] == []


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

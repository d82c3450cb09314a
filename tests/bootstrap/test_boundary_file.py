"""What a company's own boundary has to allow: the file is the bootstrap's boundary, and enough for every stack file."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from policy_evaluator import Request, allowed
from policy_linter import as_list
from program import ROOT, run_once
from registered_policies import policies

from components.bootstrap.naming import BootstrapNames
from components.bootstrap.policies import boundary

_NAMES: Final = BootstrapNames("123456789012", "eu-central-1", "gitlab-ecr")
_BOUNDARY: Final[dict[str, Any]] = json.loads((ROOT / "templates" / "first-up" / "boundary.json").read_text())
_STACKS: Final = [
    *(
        file
        for file in sorted((ROOT / "tests" / "data" / "examples").glob("Pulumi.*.yaml"))
        if "bootstrap" not in file.name
    ),
    *(ROOT / "tests" / "data" / f"Pulumi.{name}.yaml" for name in ("wide", "gitlab", "managed", "secrets")),
]
_OWNED: Final = ("aws:iam/rolePolicy:", "aws:iam/userPolicy:")


def test_the_file_is_that_of_the_present_components() -> None:
    assert boundary(_NAMES) == _BOUNDARY


@pytest.mark.parametrize("file", _STACKS, ids=lambda file: file.name)
def test_every_role_and_user_of_a_stack_file_can_do_within_the_boundary_what_its_policy_allows(file: Path) -> None:
    refused, asked = list[str](), 0
    for place, policy in policies(run_once(file).resources):
        if not place.startswith(_OWNED):
            continue
        of_user = place.startswith("aws:iam/userPolicy:")
        owner = _NAMES.arn("iam", f"{'user' if of_user else 'role'}/gitlab-ecr-prod/gitlab-ecr-prod-x", "")
        for statement in (one for one in policy["Statement"] if one["Effect"] == "Allow"):
            context = {k: as_list(v)[0] for keys in statement.get("Condition", {}).values() for k, v in keys.items()}
            for action in as_list(statement["Action"]):
                for pattern in as_list(statement["Resource"]):
                    resource = pattern if pattern == "*" else pattern.replace("*", "x").replace("?", "x")
                    request = Request(owner, action, resource, context)
                    asked += 1
                    if not allowed(request, [policy], boundary=_BOUNDARY):
                        refused.append(f"{place}: {action} on {pattern}")
    assert asked > 8
    assert refused == []


@pytest.mark.parametrize("action", ["iam:PutRolePolicy", "ecr:DeleteRepository", "sts:AssumeRole", "kms:Decrypt"])
def test_the_boundary_file_allows_nothing_outside_the_stacks_names(action: str) -> None:
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    other = _NAMES.arn("iam", "role/admin", "")
    asked = Request(_NAMES.arn("iam", "role/gitlab-ecr-prod/x", ""), action, other)
    assert not allowed(asked, [everything], boundary=_BOUNDARY)

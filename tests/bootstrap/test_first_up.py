"""The policies for a first `up` by hand: enough for every stack file, and no action that none of them needs."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from policy_evaluator import Request, allowed, glob
from policy_linter import as_list, lint
from program import ROOT, run_once
from provider_actions import needs
from provider_needs import NEEDS

from components.bootstrap.first_up import first_up_policies
from components.bootstrap.naming import BootstrapNames

_NAMES: Final = BootstrapNames("123456789012", "eu-central-1", "gitlab-ecr")
_FOLDER: Final = ROOT / "templates" / "first-up"
_POLICIES: Final[dict[str, Any]] = {
    name: json.loads((_FOLDER / f"{name}.json").read_text()) for name in ("identities", "services")
}
_PERSON: Final = _NAMES.arn("iam", "user/person", "")
_STACKS: Final = [
    *(
        file
        for file in sorted((ROOT / "tests" / "data" / "examples").glob("Pulumi.*.yaml"))
        if "bootstrap" not in file.name
    ),
    *(ROOT / "tests" / "data" / f"Pulumi.{name}.yaml" for name in ("wide", "gitlab", "managed")),
]
_OF_OLDER_PROVIDERS: Final = {
    "iam:ListAttachedUserPolicies",
    "iam:ListRoleTags",
    "iam:ListUserPolicies",
    "iam:ListUserTags",
    "lambda:UpdateFunctionEventInvokeConfig",
    "sqs:GetQueueUrl",
}
"""Five that read, and one that changes what `Put` makes: minor versions of the provider have called them."""


def _may(action: str, resource: str, **context: str) -> bool:
    return allowed(Request(_PERSON, action, resource, context), list(_POLICIES.values()))


def test_the_files_are_those_of_the_present_components() -> None:
    assert first_up_policies(_NAMES) == _POLICIES
    assert {file.stem for file in _FOLDER.iterdir()} == {*_POLICIES, "boundary"}  # test_boundary_file


@pytest.mark.parametrize("name", ["identities", "services"])
def test_each_file_of_rights_fits_a_managed_policy_and_has_no_finding_but_patterns(name: str) -> None:
    text = json.dumps(_POLICIES[name], separators=(",", ":"))
    assert len(text) <= 6144
    # Repositories may have any region, and the linter wants one in an ARN.
    for pattern, place in ((":ecr:*:", ":ecr:eu-central-1:"), ("kms:*:", "kms:eu-central-1:")):
        text = text.replace(pattern, place)
    meant = ("a wildcard where a name can stand", "Code: Action")
    assert [finding for finding in lint(json.loads(text)) if not any(words in finding for words in meant)] == []


@pytest.mark.parametrize("file", _STACKS, ids=lambda file: file.name)
def test_the_rights_of_a_first_up_are_enough_for_a_stack_file(file: Path) -> None:
    ours = [resource for resource in run_once(file).resources if resource.type.startswith("aws:")]
    assert {resource.type for resource in ours} <= NEEDS.keys(), "say in provider_needs.py what it needs"
    owners = {r.inputs["name"]: r for r in ours if r.type in ("aws:iam/role:Role", "aws:iam/user:User")}
    refused = {
        f"{action} on {arn}"
        for resource in ours
        for action, arn, context in needs(resource, _NAMES.account, _NAMES.region, owners)
        if not _may(action, arn, **context)
    }
    assert refused == set()


def test_every_action_is_needed_by_some_type_of_resource() -> None:
    needs_of_all = [need for wanted in NEEDS.values() for need in wanted]
    needed = {f"{need.service}:{action}" for need in needs_of_all for action in need.actions.split()}
    statements = [statement for policy in _POLICIES.values() for statement in policy["Statement"]]
    given = {action for statement in statements for action in as_list(statement["Action"])}
    assert {action for action in given if not any(glob(action, need) for need in needed)} == _OF_OLDER_PROVIDERS


def test_the_rights_of_a_first_up_reach_nothing_with_another_name() -> None:
    for path in ("admin", "other-team/x", "gitlab-ecr-prod"):
        assert not _may("iam:PutRolePolicy", _NAMES.arn("iam", f"role/{path}", ""))
        assert not _may("iam:PutUserPolicy", _NAMES.arn("iam", f"user/{path}", ""))
    assert not _may("lambda:UpdateFunctionCode", _NAMES.arn("lambda", "function:theirs"))
    token = _NAMES.arn("secretsmanager", "secret:gitlab-ecr-prod/gitlab-token-x")
    assert not _may("secretsmanager:GetSecretValue", token)
    assert not _may("iam:PassRole", _NAMES.arn("iam", "role/gitlab-ecr-prod/x", ""))

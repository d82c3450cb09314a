"""Jobs of gitlab.com as a role's trust policy sees them: those of one project, and near misses."""

from typing import Any, Final

from hypothesis import strategies as st
from policy_evaluator import Request, allowed

GITLAB_COM: Final = "https://gitlab.com"


def jobs_near(project: str) -> st.SearchStrategy[dict[str, str]]:
    """Jobs of the project, of projects with a similar path, and for another `aud`."""
    group, _, name = project.partition("/")
    return st.fixed_dictionaries(
        {
            "project": st.sampled_from([project, f"{project}2", f"{group}-evil/{name}", f"{project}/sub"]),
            "project_id": st.sampled_from(["101", "102"]),
            "ref": st.sampled_from(["branch:ref:main", "branch:ref:feature/x", "tag:ref:v1"]),
            "protected": st.sampled_from(["true", "false"]),
            "aud": st.sampled_from([GITLAB_COM, "https://gitlab.example.com"]),
        }
    )


def is_own(job: dict[str, str], project: str) -> bool:
    """Whether it is a job of this project, with number 101, for gitlab.com's `aud`."""
    return (job["project"], job["project_id"], job["aud"]) == (project, "101", GITLAB_COM)


def assumes(job: dict[str, str], role: str, trust: dict[str, Any], provider: str) -> bool:
    """Whether the trust policy lets the job assume the role."""
    context = {
        "gitlab.com:sub": f"project_path:{job['project']}:ref_type:{job['ref']}",
        "gitlab.com:aud": job["aud"],
        "gitlab.com:project_id": job["project_id"],
        "gitlab.com:namespace_id": "11",
        "gitlab.com:ref_protected": job["protected"],
    }
    return allowed(Request(provider, "sts:AssumeRoleWithWebIdentity", role, context), resource=trust)

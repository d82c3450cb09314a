"""The variables of a job, in GitLab's order: of several with one name, the last wins."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from .jobs import Job
from .store import Owner
from .variables import Variable


def variables_of(job: Job, owners: Sequence[Owner], url: str, id_tokens: dict[str, str]) -> list[dict[str, Any]]:
    """What the runner is sent: GitLab's own, the job's id_tokens and variables, those of the instance and its owners.

    Args:
        job: what runs.
        owners: from the instance and the top group to the project.
        url: what the instance is known as.
        id_tokens: by variable, the JWT.
    """
    protected = job.project.protects(job.request.ref, job.request.ref_type)
    return [
        *(_row(key, value, public=True) for key, value in _predefined(job, url).items()),
        _row("CI_JOB_TOKEN", job.token, masked=True),
        *(_row(key, value, masked=True) for key, value in id_tokens.items()),
        *(_row(key, value, public=True) for key, value in job.request.variables.items()),
        *(_stored(row) for owner in owners for row in _seen(owner, job.request.environment, protected=protected)),
    ]


def _row(key: str, value: str, *, public: bool = False, masked: bool = False) -> dict[str, Any]:
    return {"key": key, "value": value, "public": public, "masked": masked}


def _stored(row: Variable) -> dict[str, Any]:
    kept = {"key": row.key, "value": row.value, "public": False, "masked": row.masked, "raw": row.raw}
    return kept | ({"file": True} if row.variable_type == "file" else {})


def _seen(owner: Owner, environment: str | None, *, protected: bool) -> Iterator[Variable]:
    """Those for the job's ref and environment; for each key, the one with the closest scope comes last."""
    rows = [row for row in owner.variables if (protected or not row.protected) and _covers(row, environment)]
    yield from sorted(rows, key=lambda row: len(row.environment_scope.replace("*", "")))


def _covers(row: Variable, environment: str | None) -> bool:
    if row.environment_scope == "*":
        return True
    return environment is not None and fnmatchcase(environment, row.environment_scope)


def _predefined(job: Job, url: str) -> dict[str, str]:
    request, project = job.request, job.project
    ref = {"CI_COMMIT_BRANCH": request.ref} if request.ref_type == "branch" else {"CI_COMMIT_TAG": request.ref}
    environment = {} if request.environment is None else {"CI_ENVIRONMENT_NAME": request.environment}
    image = {"CI_JOB_IMAGE": request.image} if request.image else {}
    return {
        "CI": "true",
        "GITLAB_CI": "true",
        "CI_SERVER_URL": url,
        "CI_SERVER_HOST": urlsplit(url).hostname or "",
        "CI_API_V4_URL": f"{url}/api/v4",
        "CI_PROJECT_ID": str(project.id),
        "CI_PROJECT_NAME": project.name,
        "CI_PROJECT_PATH": project.path,
        "CI_PROJECT_NAMESPACE": project.parent_path,
        "CI_PIPELINE_ID": str(job.id),
        "CI_PIPELINE_SOURCE": "push",
        "CI_JOB_ID": str(job.id),
        "CI_JOB_NAME": request.name,
        "CI_JOB_STAGE": "test",
        "CI_COMMIT_REF_NAME": request.ref,
        "CI_COMMIT_REF_PROTECTED": str(project.protects(request.ref, request.ref_type)).lower(),
        **ref,
        **environment,
        **image,
    }

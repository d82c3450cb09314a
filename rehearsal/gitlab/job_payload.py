"""What a runner gets for its request: the job as GitLab's entity `JobRequest::Response` writes it."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from .job_variables import variables_of
from .jobs import FAILURE_REASONS, Job
from .store import Owner

_NO_COMMIT = "0" * 40


def payload(job: Job, instance: Owner, owners: Sequence[Owner], url: str, id_tokens: dict[str, str]) -> dict[str, Any]:
    """The whole payload; `owners` go from the top group to the project, `id_tokens` are JWTs by their variables."""
    variables = variables_of(job, [instance, *owners], url, id_tokens)
    request = job.request
    found = {
        "id": job.id,
        "token": job.token,
        "allow_git_fetch": True,
        "job_info": _job_info(job, owners),
        "git_info": _git_info(job, url),
        "runner_info": {"timeout": job.timeout, "runner_session_url": None},
        "variables": variables,
        "steps": [
            {
                "name": "script",
                "script": list(request.script),
                "timeout": job.timeout,
                "when": "on_success",
                "allow_failure": False,
            }
        ],
        "hooks": [],
        "image": _image(request.image) if request.image else None,
        "services": [],
        "artifacts": [],
        "cache": [],
        "credentials": [],
        "dependencies": [],
        "features": {
            "trace_sections": True,
            "token_mask_prefixes": ["glrt-", "glcbt-"],
            "failure_reasons": list(FAILURE_REASONS),
        },
    }
    return found | ({"secrets": _secrets(request.secrets, variables)} if request.secrets else {})


def _image(name: str) -> dict[str, Any]:
    return {"name": name, "entrypoint": None, "executor_opts": {}, "ports": [], "pull_policy": None}


def _job_info(job: Job, owners: Sequence[Owner]) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job.request.name,
        "stage": "test",
        "pipeline_id": job.id,
        "project_id": job.project.id,
        "project_name": job.project.name,
        "project_full_path": job.project.path,
        "namespace_id": owners[-2].id,
        "root_namespace_id": owners[0].id,
        "organization_id": 1,
        "instance_id": "rehearsal",
        "user_id": 1,
        "time_in_queue_seconds": 0,
        "project_jobs_running_on_instance_runners_count": "0",
    }


def _git_info(job: Job, url: str) -> dict[str, Any]:
    request, address = job.request, urlsplit(url)
    kind = "heads" if request.ref_type == "branch" else "tags"
    login = f"gitlab-ci-token:{job.token}@{address.netloc}"
    sha = hashlib.sha1(f"{job.project.path} {request.ref}".encode(), usedforsecurity=False).hexdigest()
    return {
        "repo_url": address._replace(netloc=login, path=f"{address.path}/{job.project.path}.git").geturl(),
        "repo_object_format": "sha1",
        "ref": request.ref,
        "sha": sha,
        "before_sha": _NO_COMMIT,
        "ref_type": request.ref_type,
        "refspecs": [f"+refs/{kind}/{request.ref}:refs/{kind}/{request.ref}"],
        "depth": 20,
        "protected": job.project.protects(request.ref, request.ref_type),
    }


def _secrets(secrets: Mapping[str, Mapping[str, Any]], variables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Adds the `server` to each secret of AWS, as GitLab does: one for all, from the job's variables."""
    found: dict[str, Any] = {}
    values = {row["key"]: row["value"] for row in variables}
    for key, secret in secrets.items():
        server = {
            "region": values.get("AWS_REGION"),
            "jwt": secret.get("token", "$AWS_ID_TOKEN"),
            "role_arn": values.get("AWS_ROLE_ARN"),
            "role_session_name": values.get("AWS_ROLE_SESSION_NAME"),
        }
        found[key] = {**secret, "aws_secrets_manager": {**secret["aws_secrets_manager"], "server": server}}
    return found

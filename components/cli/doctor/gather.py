"""What GitLab knows of a job: its project, who is above it, what is protected, which variables there are."""

from dataclasses import dataclass
from typing import Any

from ...variables.job_view import Job, Pipeline
from ...variables.listed import Level
from ..errors import CliError
from ..gitlab_api import TOKEN, GitLabApi, ReadError, quoted
from ..gitlab_listing import rows
from .facts import Held


@dataclass(frozen=True)
class Asked:
    """What the command line says of the job.

    Attributes:
        ref: branch or tag; the project's default branch when empty.
        merge_into: the target branch, when it is the pipeline of a merge request.
    """

    project: str
    ref: str = ""
    tag: bool = False
    merge_into: str = ""
    environment: str | None = None


def job_of(asked: Asked, gitlab: GitLabApi) -> tuple[Job, list[str]]:
    """The job, and the groups above its project, the nearest last.

    Raises:
        CliError: the project is not there, or the token may not see it.
        ReadError: GitLab did not answer as it should.
    """
    try:
        project = gitlab.get(f"projects/{quoted(asked.project)}")
    except ReadError as error:
        if not error.refused:
            raise
        raise CliError(
            f"--project {asked.project}: GitLab shows no such project to {TOKEN}; correct the path, or use a token of "
            "a Maintainer of it"
        ) from None
    path = str(project["path_with_namespace"])
    pipeline = Pipeline.TAG if asked.tag else Pipeline.MERGE_REQUEST if asked.merge_into else Pipeline.BRANCH
    kind = "protected_tags" if asked.tag else "protected_branches"
    try:
        protected = [str(each["name"]) for each in gitlab.all(f"projects/{project['id']}/{kind}")]
    except ReadError as error:
        if not error.refused:
            raise
        raise CliError(f"{path}: {TOKEN} may not see {kind}; use a token of a Maintainer") from None
    job = Job(
        project=path,
        ref=asked.ref or str(project.get("default_branch") or "main"),
        pipeline=pipeline,
        target=asked.merge_into,
        protected_refs=protected,
        environment=asked.environment,
        protected_merge_requests=bool(project.get("protect_merge_request_pipelines", False)),
    )
    return job, _groups(project)


def variables_of(job: Job, groups: list[str], gitlab: GitLabApi) -> tuple[tuple[Held, ...], tuple[str, ...]]:
    """Every variable that might reach the job, and the owners whose variables the token may not list.

    Raises:
        CliError: the project's own are among them.
        ReadError: GitLab did not answer as it should.
    """
    held: list[Held] = []
    unseen: list[str] = []
    for level, owner in ((Level.PROJECT, job.project), *((Level.GROUP, group) for group in groups)):
        try:
            held += [Held(listed, value and value.reveal()) for listed, value in rows(gitlab, level, owner)]
        except ReadError as error:
            if not error.refused:
                raise
            unseen.append(owner)
    if job.project in unseen:
        raise CliError(f"{job.project}: {TOKEN} may not see its CI/CD variables; use a token of a Maintainer")
    return tuple(held), tuple(unseen)


def _groups(project: dict[str, Any]) -> list[str]:
    namespace = project["namespace"]
    if namespace.get("kind") == "user":
        return []
    parts = str(namespace["full_path"]).split("/")
    return ["/".join(parts[: length + 1]) for length in range(len(parts))]

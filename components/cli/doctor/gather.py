"""What GitLab knows about a job: its project, the groups above it, protected refs, and variables."""

import difflib
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import click

from ...names.gitlab_release import GITLAB_COM
from ...variables.job_view import Job, Pipeline
from ...variables.listed import Level
from ..errors import CliError
from ..gitlab_api import TOKEN, GitLabApi, ReadError, quoted
from ..gitlab_listing import rows
from .facts import VariableWithValue

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class JobInQuestion:
    """The job that the command line names.

    Attributes:
        project: the full path; None when it was not given.
        ref: the branch or tag; when empty, the project's default branch.
        tag: whether the ref is a tag.
        merge_into: the target branch, if the pipeline is a merge request's.
        environment: the job's environment; None when it has none.
    """

    project: str | None
    ref: str = ""
    tag: bool = False
    merge_into: str = ""
    environment: str | None = None


@dataclass(frozen=True)
class Owner:
    """The project of a job, a group above it, by path and by id, or the instance, which has neither."""

    level: Level
    path: str
    number: str

    @property
    def name(self) -> str:
        """How messages call it."""
        return self.path or self.level.value


def job_options(command: _Command) -> _Command:
    """Adds the options that name a job, and passes them on as one `question`."""
    options = (
        click.option("--project", metavar="P", help="The full path of the project whose job pulls or pushes."),
        click.option("--ref", metavar="R", default="", help="Its branch or tag; the default branch when left out."),
        click.option("--tag", is_flag=True, help="The ref is a tag."),
        click.option(
            "--merge-into", metavar="B", default="", help="The pipeline is a merge request's, into this branch."
        ),
        click.option("--environment", metavar="E", help="The job's environment; none when left out."),
    )

    @functools.wraps(command)
    def with_question(
        *, project: str | None, ref: str, tag: bool, merge_into: str, environment: str | None, **others: Any
    ) -> Any:
        if tag and merge_into:
            raise click.UsageError("--tag: a merge request has no tag; leave out --tag or --merge-into")
        return command(question=JobInQuestion(project, ref, tag, merge_into, environment), **others)

    decorated: Any = with_question
    for option in reversed(options):
        decorated = option(decorated)
    return cast("_Command", decorated)


def job_of(question: JobInQuestion, gitlab: GitLabApi) -> tuple[Job, list[Owner]]:
    """The job, and its project with the groups above it and the instance, nearest last.

    Raises:
        CliError: the project does not exist, or the token may not see it.
        ReadError: GitLab did not answer as it should.
    """
    try:
        project = gitlab.get(f"projects/{quoted(question.project or '')}")
    except ReadError as error:
        if not error.refused:
            raise
        raise CliError(
            f"--project {question.project}: GitLab shows no such project to {TOKEN} at {gitlab.host}"
            f"{error.lacking or _did_you_mean(question.project or '', gitlab)}; correct the path, or use a "
            "Maintainer's token"
        ) from None
    path = str(project["path_with_namespace"])
    pipeline = Pipeline.TAG if question.tag else Pipeline.MERGE_REQUEST if question.merge_into else Pipeline.BRANCH
    kind = "protected_tags" if question.tag else "protected_branches"
    try:
        protected = [str(each["name"]) for each in gitlab.all(f"projects/{project['id']}/{kind}")]
    except ReadError as error:
        if not error.refused:
            raise
        raise CliError(
            f"{path}: {TOKEN} may not see {kind} at {gitlab.host}{error.lacking}; use a Maintainer's token"
        ) from None
    job = Job(
        project=path,
        ref=question.ref or str(project.get("default_branch") or "main"),
        pipeline=pipeline,
        target=question.merge_into,
        protected_refs=protected,
        environment=question.environment,
        protected_merge_requests=bool(project.get("protect_merge_request_pipelines", False)),
    )
    return job, [*_instance(gitlab), *_groups(project), Owner(Level.PROJECT, path, str(project["id"]))]


def variables_of(owners: list[Owner], gitlab: GitLabApi) -> tuple[tuple[VariableWithValue, ...], tuple[str, ...]]:
    """Every variable that might reach the job, and the owners whose variables the token may not list.

    Raises:
        CliError: the token may not list the project's own variables.
        ReadError: GitLab did not answer as it should.
    """
    held: list[VariableWithValue] = []
    unseen: list[str] = []
    for owner in reversed(owners):
        try:
            held += [
                VariableWithValue(listed, value and value.reveal())
                for listed, value in rows(gitlab, owner.level, owner.path)
            ]
        except ReadError as error:
            if not error.refused:
                raise
            if owner.level is Level.PROJECT:
                raise CliError(
                    f"{owner.path}: {TOKEN} may not see its CI/CD variables at {gitlab.host}{error.lacking}; use a "
                    "Maintainer's token"
                ) from None
            unseen.append(owner.name)
    return tuple(held), tuple(unseen)


def remarks_on(question: JobInQuestion, job: Job, gitlab: GitLabApi) -> tuple[str, ...]:
    """A note when the environment looks mistyped: the project does not have it."""
    if question.environment is None:
        return ()
    try:
        names = [str(each["name"]) for each in gitlab.all(f"projects/{quoted(job.project)}/environments")]
    except ReadError:
        return ()
    if question.environment in names:
        return ()
    near = difflib.get_close_matches(question.environment, names, n=1, cutoff=0.6)
    did_you_mean = f"; did you mean {near[0]}?" if near else ""
    return (f"--environment {question.environment}: {job.project} has no such environment yet{did_you_mean}",)


def _instance(gitlab: GitLabApi) -> list[Owner]:
    """The instance, whose variables only administrators can see; gitlab.com's are not read."""
    return [] if gitlab.host == urlsplit(GITLAB_COM).netloc else [Owner(Level.INSTANCE, "", "")]


def _groups(project: dict[str, Any]) -> list[Owner]:
    namespace = project["namespace"]
    if namespace.get("kind") == "user":
        return []
    parts = str(namespace["full_path"]).split("/")
    paths = ["/".join(parts[: length + 1]) for length in range(len(parts))]
    return [Owner(Level.GROUP, path, str(namespace.get("id", "")) if path == paths[-1] else "") for path in paths]


def _did_you_mean(path: str, gitlab: GitLabApi) -> str:
    """Suggests a project with a similar path, among those that the token sees."""
    try:
        found = gitlab.some("projects", f"search={quoted(path.rpartition('/')[2])}&simple=true")
        found += gitlab.some("projects", "membership=true&simple=true")
    except ReadError:
        return ""
    paths = sorted({str(each.get("path_with_namespace", "")) for each in found})
    near = difflib.get_close_matches(path, paths, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""

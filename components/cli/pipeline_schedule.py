"""Starts the rotator's pipeline schedule: with `rotationBackend: gitlab`, this is how to rotate at once."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from ..contract.plan import Plan
from ..rotation.http import Http, UnreachableError, ask_gitlab
from .errors import CliError
from .gitlab_api import GitLabApi, ReadError, http_client, instance, own_token, quoted
from .plan_source import Source, gitlab_http, rotator_of
from .progress import progress
from .rotator_code import notes_of_bucket

_PROJECT: Final = "gitlab-project"  # the zip's metadata that the stack sets
_URL: Final = "gitlab-url"


def play(source: Source) -> str:
    """Starts the schedule, and returns a sentence that says where to see its pipelines.

    Raises:
        CliError: the schedule was not found, or did not start.
    """
    assert source.bucket is not None  # noqa: S101 - the caller has looked
    plan = source.plan()
    notes = notes_of_bucket(source.bucket)
    project = notes.get(_PROJECT, "")
    url, http = _instance(source.bucket, plan, notes)
    token = own_token()
    name, path = rotator_of(plan), f"projects/{quoted(project)}/pipeline_schedules"
    try:
        with progress("Looking for the schedule"):
            schedule = _named(GitLabApi(url, token, http), path, name)
    except ReadError as error:
        raise error.for_user() from None
    pipelines = f"{url}/{project}/-/pipelines?source=schedule"
    if schedule is None:
        raise CliError(f"{project}: has no pipeline schedule {name}; run `pulumi up`, which creates it")
    try:
        with progress("Starting it"):
            status = ask_gitlab(http, token, "POST", f"{url}/api/v4/{path}/{schedule['id']}/play").status
    except UnreachableError as error:
        raise CliError(
            f"{error}, so it is unknown whether the schedule {name} started; see {pipelines} before you try again"
        ) from None
    if status != HTTPStatus.CREATED:
        raise CliError(
            f"{project}: GitLab answered {status} to the start of the schedule {name}; the token needs the scope api, "
            "and its user must be allowed to merge into the schedule's branch"
        )
    return f"started the schedule {name}; for the result, see its pipeline: {pipelines}"


def _instance(bucket: str, plan: Plan, notes: Mapping[str, str]) -> tuple[str, Http]:
    """The URL of the schedule's GitLab, and how to reach it. A plan that writes nothing to GitLab does not name it."""
    if plan.gitlab is not None:
        return plan.gitlab.url, gitlab_http(plan.gitlab)
    if not notes.get(_URL):
        raise CliError(
            f"--bucket {bucket}: does not name the GitLab of the schedule {rotator_of(plan)}; run `pulumi up`, which "
            "writes it there"
        )
    url = instance(notes[_URL], f"--bucket {bucket}")
    return url, http_client(allow_http=url.startswith("http://"))


def _named(api: GitLabApi, path: str, name: str) -> dict[str, Any] | None:
    return next((each for each in api.all(path) if each["description"] == name), None)

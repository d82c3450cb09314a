"""The rotator's pipeline schedule, started by hand: with `rotationBackend: gitlab` the way to rotate now."""

from http import HTTPStatus
from typing import Any, Final

from ..rotation.http import UnreachableError, ask_gitlab
from .errors import CliError
from .gitlab_api import GitLabApi, ReadError, own_token, quoted
from .plan_source import Source, gitlab_http, rotator_of
from .progress import progress
from .rotator_code import notes_of_bucket

_PROJECT: Final = "gitlab-project"  # what the stack writes on the zip


def play(source: Source) -> str:
    """Starts the schedule, and says where its pipelines are seen.

    Raises:
        CliError: it was not found, or not started.
    """
    assert source.bucket is not None  # noqa: S101 - the caller has looked
    plan = source.plan()
    project = notes_of_bucket(source.bucket).get(_PROJECT, "")
    http, token, url = gitlab_http(plan.gitlab), own_token(), plan.gitlab.url
    name, path = rotator_of(plan), f"projects/{quoted(project)}/pipeline_schedules"
    try:
        with progress("Looking for the schedule"):
            schedule = _named(GitLabApi(url, token, http), path, name)
    except ReadError as error:
        raise error.for_user() from None
    if schedule is None:
        raise CliError(f"{project}: has no pipeline schedule {name}; run `pulumi up`, which makes it")
    try:
        with progress("Starting it"):
            status = ask_gitlab(http, token, "POST", f"{url}/api/v4/{path}/{schedule['id']}/play").status
    except UnreachableError as error:
        raise CliError(f"{url}: unreachable: {error}") from None
    if status != HTTPStatus.CREATED:
        raise CliError(
            f"{project}: GitLab answered {status} when its schedule {name} was to be started; the token needs the "
            "scope api, and its user has to be allowed to merge into the schedule's branch"
        )
    where = f"{url}/{project}/-/pipelines?source=schedule"
    return f"started the schedule {name}; its pipeline says what came of it: {where}"


def _named(api: GitLabApi, path: str, name: str) -> dict[str, Any] | None:
    return next((each for each in api.all(path) if each["description"] == name), None)

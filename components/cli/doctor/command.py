"""`gitlab-ecr doctor`: why a pull or a push fails, in one line, with the fix."""

from datetime import UTC, datetime
from typing import IO, Final

import click

from ..errors import CliError
from ..exit_codes import ExitCode
from ..gitlab_api import GitLabApi, ReadError, http_client, own_token, url_option
from ..output import json_option, json_shape, print_json
from ..plain_text import plain
from ..progress import progress
from .causes.finding import Diagnosis
from .facts import Facts
from .gather import Asked, job_of, variables_of
from .of_log import SUCCEEDED, of_log
from .registry_pull import RegistryPull
from .runner_machine import environment_variables
from .walk import diagnose

_TEXT: Final = click.File(encoding="utf-8")
_LOG_LIMIT: Final = 128 << 20  # above the 100 MB that GitLab keeps of a log


_SHAPE: Final = json_shape(
    "an object",
    ok="whether nothing was found and, of a log, the job did not fail",
    finding="null, or the cause, what was found, the fix, and of a log the line that says so",
    failed="null, or the step that failed, of a log that names no known cause",
    tested="a line for each that was looked at and is in order",
    notes="a line for each that was not looked at",
)


@click.command("doctor", epilog=_SHAPE)
@click.argument("image", required=False)
@click.option("--project", metavar="P", help="The full path of the project whose job pulls or pushes.")
@click.option("--ref", metavar="R", default="", help="Its branch or tag; the default branch when left out.")
@click.option("--tag", is_flag=True, help="The ref is a tag.")
@click.option("--merge-into", metavar="B", default="", help="It is a merge request's pipeline, into this branch.")
@click.option("--environment", metavar="E", help="The job's environment; none when left out.")
@click.option("--push", is_flag=True, help="The job pushes the image.")
@click.option(
    "--helper", "helpers", multiple=True, metavar="NAME", help="A credential helper on the runner's machine: ecr-login."
)
@click.option("--runner-config", type=_TEXT, metavar="FILE", help="The runner's config.toml.")
@click.option("--docker-config", type=_TEXT, metavar="FILE", help="The .docker/config.json of the runner's user.")
@click.option(
    "--job-log", type=click.File("rb"), metavar="FILE", help="A job's log instead of all else; - reads standard input."
)
@url_option
@json_option
def command(
    *,
    image: str | None,
    project: str | None,
    ref: str,
    environment: str | None,
    merge_into: str,
    helpers: tuple[str, ...],
    runner_config: IO[str] | None,
    docker_config: IO[str] | None,
    job_log: IO[bytes] | None,
    gitlab_url: str,
    tag: bool,
    push: bool,
    as_json: bool,
) -> ExitCode:
    """Say why a job cannot pull or push IMAGE: the first cause that decides, with the fix.

    It reads GitLab with the token in GITLAB_TOKEN, as a Maintainer of the project, and asks the registry with what the
    runner would send. It changes nothing. What only the runner's machine has, it is told by options.
    """
    if job_log is not None:
        if image or project:
            raise click.UsageError("--job-log: takes neither IMAGE nor --project; the log names both")
        return _show(of_log(job_log.read(_LOG_LIMIT)), as_json=as_json)
    if not image or not project:
        raise click.UsageError("write IMAGE and --project P, or --job-log FILE")
    if tag and merge_into:
        raise click.UsageError("--tag: a merge request has no tag; leave one of --tag and --merge-into out")
    gitlab = GitLabApi(gitlab_url, own_token(), http_client(allow_http=gitlab_url.startswith("http://")))
    try:
        with progress(f"Reading the variables of {project} and the groups above it"):
            job, groups = job_of(Asked(project, ref, tag, merge_into, environment), gitlab)
            variables, unseen = variables_of(job, groups, gitlab)
    except ReadError as error:
        raise error.for_user() from None
    try:
        of_runner = environment_variables(runner_config.read()) if runner_config else []
    except ValueError as error:
        raise CliError(f"--runner-config: {error}") from None
    facts = Facts(
        image=image,
        job=job,
        variables=(*variables, *of_runner),
        now=datetime.now(UTC),
        unseen=unseen,
        helpers=helpers,
        home_config=docker_config.read() if docker_config else None,
        push=push,
    )
    with progress("Asking the registry"):
        diagnosis = diagnose(facts, RegistryPull(http_client()))
    return _show(diagnosis, as_json=as_json)


def _show(diagnosis: Diagnosis, *, as_json: bool) -> ExitCode:
    finding = diagnosis.finding
    undecided = finding is None and bool(diagnosis.failed)
    if as_json:
        cause = finding and {"cause": finding.cause.value, "what": finding.what, "fix": finding.fix}
        if finding and finding.log_line:
            cause = {**(cause or {}), "log_line": finding.log_line}
        print_json(
            {
                "ok": finding is None and not undecided,
                "finding": cause,
                "failed": diagnosis.failed or None,
                "tested": diagnosis.tested,
                "notes": diagnosis.notes,
            }
        )
    else:
        for line in _lines(diagnosis):
            click.echo(plain(line))
        for note in diagnosis.notes:
            click.echo(plain(f"note: {note}"), err=True)
    return ExitCode.FOUND if finding else ExitCode.UNKNOWN if undecided else ExitCode.OK


def _lines(diagnosis: Diagnosis) -> list[str]:
    finding = diagnosis.finding
    tested = [f"  tested: {line}" for line in diagnosis.tested]
    if finding:
        return [f"{finding.cause.value}: {finding.line}"]
    if diagnosis.failed:
        ruled_out = "; ".join(diagnosis.tested)
        return [f"no known cause: {diagnosis.failed}{f'; ruled out: {ruled_out}' if ruled_out else ''}"]
    if diagnosis.tested == SUCCEEDED:
        return list(SUCCEEDED)
    return ["nothing found", *tested]

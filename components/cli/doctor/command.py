"""`gitlab-ecr doctor`: says in one line why a pull or a push fails, and how to fix it."""

from datetime import UTC, datetime
from typing import IO, Final

import click

from ...contract.plan import Plan, TokenTarget
from ...docker.auth import DOCKER_AUTH_CONFIG
from ...variables.listed import Level
from ..exit_codes import ExitCode
from ..gitlab_api import GitLabApi, ReadError, http_client, instance, own_token, url_option
from ..gitlab_listing import LEVEL
from ..output import json_option, json_shape, print_json
from ..plain_text import plain
from ..plan_source import Source, gitlab_http, plan_options
from ..progress import progress
from .causes.finding import Diagnosis
from .facts import Facts, Machine, VariableWithValue
from .gather import JobInQuestion, Owner, job_of, job_options, remarks_on, variables_of
from .gather_secret import job_secret_of
from .of_log import of_log
from .push import diagnose_push
from .registry_pull import RegistryPull
from .role_of import role_of
from .runner_machine import machine_options
from .walk import diagnose

_LOG_LIMIT: Final = 128 << 20  # above the 100 MB that GitLab keeps of a log


_SHAPE: Final = json_shape(
    "an object",
    ok="whether no cause was found and, with a log, the job did not fail",
    finding="null, or the cause, what was found, the fix, and with a log the line that shows it",
    failed="null, or the step that failed, for a log that names no known cause",
    tested="a line for each thing that was checked and is in order",
    notes="a line for each thing that was not checked",
)


@click.command("doctor", epilog=_SHAPE)
@click.argument("image", required=False)
@job_options
@click.option("--push", is_flag=True, help="The job pushes the image.")
@machine_options
@click.option(
    "--job-log",
    type=click.File("rb"),
    metavar="FILE",
    help="A job's log, in place of all other input; - reads standard input.",
)
@url_option
@plan_options
@json_option
def command(
    *,
    image: str | None,
    question: JobInQuestion,
    machine: Machine,
    source: Source,
    job_log: IO[bytes] | None,
    gitlab_url: str | None,
    push: bool,
    as_json: bool,
) -> ExitCode:
    """Say why a job cannot pull or push IMAGE, and how to fix it.

    Checks the steps of a pull in order and shows the first thing that fails. Reads GitLab with the token in
    GITLAB_TOKEN, which has to be a Maintainer's, and sends the registry what the runner would send. Changes nothing.
    The plan (--stack, --plan, --function, --bucket) or --gitlab-url names the GitLab instance. Options describe what
    only the runner's machine has.

    If the plan lets the project's jobs fetch their login from a secret, follows that: reads the CI configuration of the
    ref, and with the AWS credentials of the environment the role and the secret. What they may not read is a note.
    """
    if job_log is not None:
        if image or question.project:
            raise click.UsageError("--job-log: cannot be combined with IMAGE or --project; the log names both")
        return _show(of_log(job_log.read(_LOG_LIMIT)), as_json=as_json)
    if not image or not question.project:
        raise click.UsageError("write IMAGE and --project P, or --job-log FILE")
    plan = source.plan() if source.is_named else None
    gitlab = _gitlab(plan, gitlab_url)
    try:
        with progress(f"Reading the variables of {question.project} and the groups above it"):
            job, owners = job_of(question, gitlab)
            variables, unseen = variables_of(owners, gitlab)
            remarks = remarks_on(question, job, gitlab)
        now = datetime.now(UTC)
        secret = None
        if plan is not None and not push:
            with progress(f"Reading the secret of {job.project}'s jobs"):
                secret = job_secret_of(plan, job, gitlab, now)
    except ReadError as error:
        raise error.for_user() from None
    facts = Facts(
        image=image,
        job=job,
        variables=(*variables, *(machine.environment or ())),
        now=now,
        unseen=unseen,
        machine=machine,
        declared=_declared(plan, [owner for owner in owners if owner.name not in unseen]) if plan else (),
        repositories=_repositories(plan, variables),
        secret=secret,
        remarks=remarks,
    )
    ask = RegistryPull(http_client())
    with progress("Asking the registry"):
        diagnosis = diagnose_push(facts, ask, role_of) if push else diagnose(facts, ask)
    return _show(diagnosis, as_json=as_json)


def _gitlab(plan: Plan | None, url: str | None) -> GitLabApi:
    """The instance that the plan or the command line names. The token is sent to no other.

    Raises:
        UsageError: neither names an instance, or they name different ones.
        CliError: the environment holds no token.
    """
    typed = click.get_current_context().get_parameter_source("gitlab_url") is click.core.ParameterSource.COMMANDLINE
    if plan is not None and (where := plan.gitlab) is not None:
        if typed and url and url.rstrip("/") != where.url.rstrip("/"):
            raise click.UsageError(f"--gitlab-url {url}: the plan names {where.url}; leave one of them out")
        return GitLabApi(where.url, own_token(), gitlab_http(where))
    if not url and plan is not None:
        raise click.UsageError(
            "write --gitlab-url URL: this stack writes nothing to GitLab, so its plan does not name the instance"
        )
    if not url:
        raise click.UsageError(
            "write --gitlab-url URL, or --stack NAME (or --plan, --function, --bucket), whose plan names it; "
            "GITLAB_TOKEN is only sent to a GitLab that you name"
        )
    url = instance(url)
    return GitLabApi(url, own_token(), http_client(allow_http=url.startswith("http://")))


def _declared(plan: Plan, owners: list[Owner]) -> tuple[str, ...]:
    """The project and the groups above it for which the plan has a rotated variable, nearest first."""
    return tuple(
        target.owner_name
        for owner in reversed(owners)
        for target in plan.targets
        if target.key == DOCKER_AUTH_CONFIG and LEVEL[target.owner_kind] is owner.level and _is_owner(owner, target)
    )


def _is_owner(owner: Owner, target: TokenTarget) -> bool:
    """Whether an owner of the target's kind is the target's."""
    if owner.level is Level.INSTANCE:
        return True
    return target.path.lower() == owner.path.lower() or (bool(owner.number) and target.owner == owner.number)


def _repositories(plan: Plan | None, variables: tuple[VariableWithValue, ...]) -> tuple[str, ...]:
    """The repositories named in the plan and in the job's variables."""
    in_variables = [held.value for held in variables if held.listed.key.startswith("ECR_REPOSITORY_") and held.value]
    inside = [audience.inside for audience in plan.audiences.values() if audience.inside] if plan else []
    return tuple(sorted({*inside, *(value.partition("/")[2] for value in in_variables)}))


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
    if finding:
        return [f"{finding.cause.value}: {finding.line}"]
    if diagnosis.failed:
        ruled_out = "; ".join(diagnosis.tested)
        return [f"no known cause: {diagnosis.failed}{f'; ruled out: {ruled_out}' if ruled_out else ''}"]
    return [diagnosis.headline, *(f"tested: {line}" for line in diagnosis.tested)]

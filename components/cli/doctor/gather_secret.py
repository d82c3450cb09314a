"""What AWS and GitLab know about the login that a project's jobs fetch by `secrets:`."""

from datetime import datetime
from typing import Any

from ...contract.plan import Plan, SecretTarget
from ...names.naming import Names
from ...variables.job_view import Job
from .. import secret_status
from ..aws_calls import aws_call, aws_client
from ..errors import CliError
from ..gitlab_api import GitLabApi
from .causes.cause import Cause
from .causes.finding import Finding
from .ci_file import ci_file_of
from .facts import JobSecret
from .role_of import role_of


def job_secret_of(plan: Plan, job: Job, gitlab: GitLabApi, now: datetime) -> JobSecret | None:
    """The secret of the project's jobs; None when the plan has none for the project."""
    target = next((each for each in plan.secrets if each.path.lower() == job.project.lower()), None)
    if target is None:
        return None
    arn = secret_role_arn(plan, target)
    login, unread = _value(plan, target)
    problem = _problem(plan, target, now) if login is None else None
    return JobSecret(target.secret, arn, role_of(arn), ci_file_of(job.project, job.ref, gitlab), problem, login, unread)


def secret_role_arn(plan: Plan, target: SecretTarget) -> str:
    """The role by which the jobs read the secret. It stands beside the pull-only role of their audience."""
    arn = plan.audiences[target.audience].role_arn
    prefix = target.secret.removesuffix(f"/audience/{target.audience}")
    name = Names(arn.split(":")[4], plan.region, prefix).secret_role_name(target.path)
    return f"{arn.rpartition('/pull/')[0]}/secret/{name}"


def _value(plan: Plan, target: SecretTarget) -> tuple[str | None, str]:
    """What is in the secret, or why the caller cannot read it."""
    try:
        client: Any = aws_client("secretsmanager", plan.region)
        answer = aws_call(target.name, client.get_secret_value, SecretId=target.secret)
    except CliError as error:
        return None, error.message
    text = answer.get("SecretString")
    return (text, "") if isinstance(text, str) and text else (None, "it holds no text")


def _problem(plan: Plan, target: SecretTarget, now: datetime) -> Finding | None:
    """What is wrong with the secret, as far as its description says so."""
    try:
        state = secret_status.secret_state(plan, target)
    except CliError:
        return None
    cause = {
        secret_status.ABSENT: Cause.SECRET_ABSENT,
        secret_status.DELETED: Cause.SECRET_ABSENT,
        secret_status.EMPTY: Cause.SECRET_EMPTY,
    }.get(state.problem)
    if cause is not None:
        what, _, fix = state.problem.partition(": " if ": " in state.problem else "; ")
        return Finding(cause, f"{target.name}: {what}", fix)
    if state.problem or state.written is None or not secret_status.health(state, now):
        return None
    return Finding(
        Cause.EXPIRED, f"{target.name} was last written {state.written:%Y-%m-%dT%H:%MZ}", "run `gitlab-ecr rotate`"
    )

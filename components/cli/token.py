"""`gitlab-ecr token set`: checks the rotator's GitLab token, then stores it."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol

import click
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..contract.plan import Plan
from ..names.gitlab_release import GITLAB_COM
from ..rotation.aws import aws_error
from ..rotation.secret import Secret
from .aws_calls import aws_client
from .errors import CliError
from .exit_codes import ExitCode
from .gitlab_api import GitLabApi, ReadError, given_token, http_client, instance, is_of_this_machine, url_option
from .output import json_option, json_shape, print_json, show
from .plan_source import Source, gitlab_http, gitlab_in, plan_options
from .progress import progress
from .rotate import in_lambda
from .token_check import check_itself, check_token

_DESCRIPTION: Final = "The GitLab token that writes the CI/CD variables; `gitlab-ecr token set` stored it"
_LONGEST: Final = 10_000  # characters; no token has as many
_ROW: Final = {"target": "Variable", "status": "Rotation", "reason": "Why"}


class Secrets(Protocol):
    """Where the token is stored: boto3's client of Secrets Manager."""

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> Any:  # noqa: N803 - boto3's names
        """Stores a new value."""
        ...

    def create_secret(self, *, Name: str, Description: str, SecretString: str) -> Any:  # noqa: N803 - boto3's names
        """Makes a secret with its first value."""
        ...


def set_token(plan: Plan, token: Secret, gitlab: GitLabApi, secrets: Secrets, *, today: date) -> Sequence[str]:
    """Checks the token, stores it, and returns what a person should know of it, a line each.

    Raises:
        CliError: the token cannot write every target; nothing is stored.
        ReadError: GitLab does not know the token, or does not answer.
    """
    found = check_token(plan, gitlab, today)
    if found.problems:
        raise CliError(f"nothing is stored. {'; '.join(found.problems)}")
    secrets.put_secret_value(SecretId=gitlab_in(plan).token_secret, SecretString=token.reveal())
    return found.notes


def make_secret(name: str, token: Secret, gitlab: GitLabApi, secrets: Secrets, *, today: date) -> Sequence[str]:
    """Checks the token, creates the secret with it before the stack exists, and returns what a person should know.

    Raises:
        CliError: the token is not good enough; nothing is stored.
        ReadError: GitLab does not know the token, or does not answer.
    """
    found = check_itself(gitlab, today)
    if found.problems:
        raise CliError(f"nothing is stored. {'; '.join(found.problems)}")
    try:
        secrets.create_secret(Name=name, Description=_DESCRIPTION, SecretString=token.reveal())
    except ClientError as error:
        if aws_error(error).code != "ResourceExistsException":
            raise
        secrets.put_secret_value(SecretId=name, SecretString=token.reveal())
    return found.notes


@click.group("token")
def command() -> None:
    """Manage the rotator's GitLab token."""


_SHAPE: Final = json_shape(
    "an object",
    secret="the secret that holds the token now",  # noqa: S106 - a key's meaning
    rotated="what the rotation that followed did to each variable: target, status, reason; null without a rotation",
)


@command.command("set", epilog=_SHAPE)
@plan_options
@click.option(
    "--secret",
    "secret",
    metavar="NAME",
    help="Before the first `pulumi up`: the secret to create, PREFIX/gitlab-token, in the environment's region.",
)
@url_option
@json_option
def set_command(*, source: Source, secret: str | None, gitlab_url: str | None, as_json: bool) -> ExitCode:
    """Check a GitLab token (scope, expiry, role on every target), store it for the rotator, and rotate at once.

    The command asks for the token, or reads it from standard input. It is never an argument, which others could read.

    Before the first `pulumi up` there is no rotator yet: use --secret, and write `rotation.adoptTokenSecret: true` into
    the stack file, so that `up` uses the secret as it is.
    """
    if secret:
        return _before_up(secret, gitlab_url or GITLAB_COM, as_json=as_json)
    plan = source.plan()
    where = gitlab_in(plan)
    token = _asked_for()
    gitlab = GitLabApi(where.url, token, gitlab_http(where))
    name = where.token_secret
    _store(name, lambda: set_token(plan, token, gitlab, _secrets(plan.region), today=datetime.now(UTC).date()))
    if not source.function:
        return _stored(name, "the next rotation uses it", as_json=as_json)
    with progress("Rotating"):
        answer = in_lambda(source)
    report = answer.get("report", {})
    rows = [*report.get("targets", []), *report.get("access_keys", [])]
    if as_json:
        print_json({"secret": name, "rotated": [{key: row[key] for key in _ROW} for row in rows]})
    else:
        click.echo(f"stored in {name}; the rotation that followed:")
        show(_ROW, rows, as_json=False)
        of_rows = {f"{row['target']}: {row['reason']}" for row in rows}
        for line in [*answer["failures"], *answer["notes"]]:
            if line not in of_rows:
                click.echo(line)
    return ExitCode.FOUND if answer["failures"] else ExitCode.OK


def _before_up(name: str, url: str, *, as_json: bool) -> ExitCode:
    token = _asked_for()
    gitlab = GitLabApi(instance(url), token, http_client(allow_http=is_of_this_machine(url)))
    _store(name, lambda: make_secret(name, token, gitlab, _secrets(None), today=datetime.now(UTC).date()))
    advice = "write `adoptTokenSecret: true` below `rotation` in the stack file, then run `pulumi up`"
    return _stored(name, advice, as_json=as_json)


def _asked_for() -> Secret:
    # In a pipe there is no echo to turn off, and a terminal that is not the input would be asked in its place.
    typed = sys.stdin.isatty()
    text = click.prompt("GitLab token", hide_input=True, err=True) if typed else sys.stdin.read(_LONGEST)
    return given_token(text, "the token")


def _secrets(region: str | None) -> Any:
    return aws_client("secretsmanager", region)


def _store(name: str, store: Callable[[], Sequence[str]]) -> None:
    try:
        with progress("Checking the token"):
            notes = store()
    except ReadError as error:
        raise CliError(f"nothing is stored. {error}; check the token and the plan") from None
    except (BotoCoreError, ClientError) as error:
        raise CliError(f"{name}: {aws_error(error)}") from None
    for note in notes:
        click.echo(f"note: {note}", err=True)


def _stored(name: str, what_next: str, *, as_json: bool) -> ExitCode:
    if as_json:
        print_json({"secret": name, "rotated": None})
    else:
        click.echo(f"stored in {name}; {what_next}")
    return ExitCode.OK

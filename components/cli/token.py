"""`gitlab-ecr token set`: checks the rotator's GitLab token, then stores it."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import click
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..contract.plan import Plan, TokenRenewal
from ..names.gitlab_release import GITLAB_COM
from ..rotation.aws import aws_error
from ..rotation.secret import Secret
from .aws_calls import aws_client
from .errors import CliError
from .exit_codes import ExitCode
from .gitlab_api import GitLabApi, ReadError, given_token, http_client, instance, url_option
from .output import json_option, json_shape, print_json, show
from .plan_source import Source, gitlab_http, gitlab_in, plan_options
from .progress import progress
from .rotate import in_lambda
from .token_check import TokenFindings, check_itself, check_token
from .token_secret import Secrets, refuse_managed, store, text_of

_LONGEST: Final = 10_000  # characters; no token has as many
_ROW: Final = {"target": "Variable", "status": "Rotation", "reason": "Why"}


def set_token(plan: Plan, token: Secret, gitlab: GitLabApi, secrets: Secrets, *, today: date) -> Sequence[str]:
    """Checks the token, stores it, and returns what a person should know about it, a line each.

    Raises:
        CliError: the token cannot write every target, or cannot be renewed as the plan says; nothing is stored.
        ReadError: GitLab does not know the token, or does not answer.
    """
    where = gitlab_in(plan)
    managed = where.token_renewal is TokenRenewal.MANAGED
    found = check_token(plan, gitlab, today)
    if managed:
        refuse_managed(found, where.url, where.ca_bundle)
    _refuse(found)
    text = text_of(token, where.token_renewal, gitlab, where.url)
    return [*found.notes, *store(secrets, where.token_secret, text, where.token_renewal, create=managed)]


def make_secret(
    name: str,
    token: Secret,
    gitlab: GitLabApi,
    secrets: Secrets,
    *,
    today: date,
    renewal: TokenRenewal = TokenRenewal.OWN,
    url: str = "",
) -> Sequence[str]:
    """Checks the token, creates the secret with it before the stack exists, and returns what a person should know.

    Raises:
        CliError: the token is not good enough; nothing is stored.
        ReadError: GitLab does not know the token, or does not answer.
    """
    found = check_itself(gitlab, today)
    if renewal is TokenRenewal.MANAGED:
        refuse_managed(found, url, None)
    _refuse(found)
    return [*found.notes, *store(secrets, name, text_of(token, renewal, gitlab, url), renewal, create=True)]


def _refuse(found: TokenFindings) -> None:
    if found.problems:
        raise CliError(f"nothing is stored. {'; '.join(found.problems)}")


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
    help="Before the first `pulumi up`: the secret to create, PREFIX/gitlab-token, in the environment's region; with "
    "--managed, PREFIX/gitlab-token-managed.",
)
@click.option(
    "--managed",
    is_flag=True,
    help="With --secret, for `tokenRenewal: managed`: in the form and of the type that Secrets Manager itself renews.",
)
@url_option
@json_option
def set_command(
    *, source: Source, secret: str | None, managed: bool, gitlab_url: str | None, as_json: bool
) -> ExitCode:
    """Check a GitLab token (scope, expiry, role on every target), store it for the rotator, and rotate at once.

    The command asks for the token, or reads it from standard input. It is never an argument, which others could read.

    Before the first `pulumi up` there is no rotator yet: use --secret, and write `rotation.adoptTokenSecret: true` into
    the stack file, so that `up` uses the secret as it is. For `rotation.tokenRenewal: managed`, use --secret and
    --managed, before `up`; for a stack that runs, its plan says who renews the token.
    """
    if managed and not secret:
        raise click.UsageError(
            "--managed: only with --secret; for a stack that runs, its plan says who renews the token"
        )
    if secret:
        renewal = TokenRenewal.MANAGED if managed else TokenRenewal.OWN
        return _before_up(secret, gitlab_url or GITLAB_COM, renewal, as_json=as_json)
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


def _before_up(name: str, url: str, renewal: TokenRenewal, *, as_json: bool) -> ExitCode:
    token = _asked_for()
    where, today = instance(url), datetime.now(UTC).date()
    gitlab = GitLabApi(where, token, http_client(allow_http=where.startswith("http://")))
    _store(name, lambda: make_secret(name, token, gitlab, _secrets(None), today=today, renewal=renewal, url=where))
    setting = "tokenRenewal: managed" if renewal is TokenRenewal.MANAGED else "adoptTokenSecret: true"
    return _stored(name, f"write `{setting}` below `rotation` in the stack file, then run `pulumi up`", as_json=as_json)


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

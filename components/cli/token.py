"""`gitlab-ecr token set`: the rotator's GitLab token, checked before it is stored."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, Protocol

import click
from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..contract import plan as plans
from ..contract.plan import Plan
from ..rotation.aws import BotoAws
from ..rotation.secret import Secret
from .errors import CliError
from .gitlab_api import GitLabApi, ReadError, given_token
from .output import json_option, json_shape, print_json
from .plan_source import Source, gitlab_http, plan_options
from .progress import progress

_SCOPE: Final = "api"
_FEWEST_DAYS: Final = 30
_FORBIDDEN: Final = 403


class Secrets(Protocol):
    """Where the token is stored: boto3's client of Secrets Manager."""

    def put_secret_value(self, *, SecretId: str, SecretString: str) -> Any:  # noqa: N803 - boto3's names
        """Stores a new value."""
        ...


def check_token(plan: Plan, gitlab: GitLabApi, today: date) -> list[str]:
    """Why the token would not do, a line each; empty when it can write every target.

    Raises:
        ReadError: GitLab does not know the token, or does not answer.
    """
    about = gitlab.get("personal_access_tokens/self")
    problems: list[str] = []
    if _SCOPE not in about.get("scopes", []):
        scopes = ", ".join(about.get("scopes", [])) or "none"
        problems.append(f"scope: got {scopes}; make a token with {_SCOPE}, variables cannot be written with less")
    if about.get("active") is False or about.get("revoked"):
        problems.append("it is revoked or has expired; make a new one")
    if expires_at := about.get("expires_at"):
        days = (date.fromisoformat(expires_at) - today).days
        if days < _FEWEST_DAYS:
            advice = f"make one that lasts {_FEWEST_DAYS} days or more"
            problems.append(f"expiry: it ends in {days} days, on {expires_at}; {advice}")
    for collection, owner, target in dict.fromkeys(
        (f"{target.owner_kind.value}s", target.owner, f"{target.owner_kind.value} {target.path}")
        for target in plans.variables(plan)
    ):
        problems += _role(gitlab, collection, owner, target)
    return problems


def _role(gitlab: GitLabApi, collection: str, owner: str, target: str) -> Sequence[str]:
    """GitLab shows variables to exactly those who may write them."""
    try:
        gitlab.may_list_variables(collection, owner)
    except ReadError as error:
        role = "Maintainer" if collection == "projects" else "Owner"
        if error.status == _FORBIDDEN:
            return [f"{target}: its role is too low; give the token's user the role {role} there"]
        return [f"{target}: {error}; check the path, and that the token's user is a member with the role {role}"]
    return []


def set_token(plan: Plan, token: Secret, gitlab: GitLabApi, secrets: Secrets, *, today: date) -> None:
    """Stores the token, if it does.

    Raises:
        CliError: it does not; nothing is stored.
        ReadError: GitLab does not know the token, or does not answer.
    """
    if problems := check_token(plan, gitlab, today):
        raise CliError(f"nothing is stored. {'; '.join(problems)}")
    secrets.put_secret_value(SecretId=plan.gitlab.token_secret, SecretString=token.reveal())


@click.group("token")
def command() -> None:
    """Look after the rotator's GitLab token."""


_SHAPE: Final = json_shape("an object", secret="the secret that holds the token now")  # noqa: S106 - a key's meaning


@command.command("set", epilog=_SHAPE)
@plan_options
@json_option
def set_command(*, source: Source, as_json: bool) -> None:
    """Check a GitLab token - scope, expiry, role on every target - and store it for the rotator.

    It is asked for, or read from standard input; it is never an argument, which others could read.
    """
    plan = source.plan()
    token = given_token(click.prompt("GitLab token", hide_input=True, err=True), "the token")
    gitlab = GitLabApi(plan.gitlab.url, token, gitlab_http(plan.gitlab))
    secrets = BotoAws(plan.region).client("secretsmanager")
    try:
        with progress("Checking the token"):
            set_token(plan, token, gitlab, secrets, today=datetime.now(UTC).date())
    except ReadError as error:
        raise CliError(f"nothing is stored. {error}; check the token and the plan") from None
    except (BotoCoreError, ClientError) as error:
        raise CliError(f"{plan.gitlab.token_secret}: {error}") from None
    if as_json:
        print_json({"secret": plan.gitlab.token_secret})
    else:
        click.echo(f"stored in {plan.gitlab.token_secret}; the next rotation uses it")

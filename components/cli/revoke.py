"""`gitlab-ecr revoke`: void every token of an audience, now."""

import difflib
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

import click

from ..contract.plan import Plan, SecretTarget, TokenTarget
from ..docker.auth import login_entry
from ..docker.credential_resolution import Outcome, resolve
from ..rotation.aws import AwsError, BotoAws
from ..rotation.gitlab import GitLab, GitLabError
from ..rotation.prove import PROBE_TAG
from ..rotation.secret import Secret
from .aws_calls import aws_call, aws_client
from .doctor.facts import Answer
from .doctor.registry_pull import RegistryPull
from .errors import CliError
from .exit_codes import ExitCode
from .gitlab_api import http_client
from .output import json_option, json_shape, print_json
from .plan_source import Source, gitlab_of, plan_options_without_stack, source_of_stack
from .progress import progress

_DENY: Final = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
_GENERATION: Final = re.compile(r"-g(\d+)$")
_MOST_NAMES: Final = 8
_PATIENCE_SECONDS: Final = 90.0  # IAM is eventually consistent
_PAUSE_SECONDS: Final = 2.0
_REFUSED: Final = (401, 403)
_DENIED: Final = "the role is denied everything, but AWS may need some minutes to apply that: try the token again"


_SHAPE: Final = json_shape(
    "an object",
    role="the role whose tokens are void",
    denied="whether it was denied everything",
    generation="the next generation; with --stack the stack file has it now, without it you have to write it there",
    tried="for each registry host, whether it refuses the old token, and its last answer",
)


@click.command("revoke", epilog=_SHAPE)
@click.argument("audience")
@plan_options_without_stack
@click.option(
    "--stack",
    metavar="NAME",
    help="Raise the generation in this stack's file and run `pulumi up`. Its outputs also say where the plan is.",
)
@click.option("--now", "deny_now", is_flag=True, help="First deny the old role everything: its pipelines stop at once.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def command(*, audience: str, source: Source, stack: str | None, deny_now: bool, yes: bool, as_json: bool) -> ExitCode:
    """Void every token of AUDIENCE. For an emergency: a token has leaked.

    An audience is a set of repositories with one pull-only role; by default each consumer is an audience. A token
    carries the rights of the role that minted it. A higher generation makes `up` create a new role, write its tokens
    into every variable and secret, and delete the old role; the old tokens then open nothing. --now does not wait for
    that: it denies the old role everything first. At the end, the command tries the old token, which must be refused.
    """
    plan = (source_of_stack(stack) if stack and not source.is_named else source).plan()
    if user := next((user for user in plan.key_users if user.path == audience), None):
        raise click.UsageError(
            f"AUDIENCE: {audience} has access keys; deactivate the key of the IAM user {user.user}, and run "
            "`gitlab-ecr rotate`, which creates and publishes a new one"
        )
    if audience not in plan.audiences:
        raise click.UsageError(f"AUDIENCE: {audience!r} is not an audience of this stack; {_advice(audience, plan)}")
    if not stack and not deny_now:
        raise click.UsageError("write --stack NAME, which raises the generation and runs `up`, or --now, or both")
    arn = plan.audiences[audience].role_arn
    role = arn.rpartition("/")[2]
    targets = [target for target in (*plan.targets, *plan.secrets) if audience == target.audience]
    with progress("Reading the tokens that are to be refused"):
        old = _tokens(plan, audience, targets)
    _ask(role, targets, stack=stack, deny_now=deny_now, yes=yes)
    generation = _next_generation(role)
    if deny_now:
        _deny(role, arn)
        click.echo(f"denied everything to {role}", err=as_json)
    if stack:
        _up(stack, audience, generation, quiet=as_json)
    else:
        click.echo(
            f"next: write generation: {generation} for the consumer {audience}, and run `pulumi up`", err=as_json
        )
    tried = _try(plan, audience, old)
    if as_json:
        print_json({"role": role, "denied": deny_now, "generation": generation, "tried": tried})
    else:
        undenied = f"if the role {role} still exists, run the command with --now, which denies it everything"
        advice = _DENIED if deny_now else undenied
        click.echo("\n".join(_line(each, advice) for each in tried) or _why_not_tried(plan, audience))
    return ExitCode.OK if all(each["refused"] for each in tried) else ExitCode.FOUND


def _ask(role: str, targets: list[TokenTarget | SecretTarget], *, stack: str | None, deny_now: bool, yes: bool) -> None:
    if deny_now:
        until = "`up` is done" if stack else "you raise the generation and `up` is done"
        click.echo(f"Until {until}, pipelines that pull with these will fail:", err=True)
        click.echo("\n".join(f"  {target.name}" for target in targets), err=True)
    if not yes:
        click.confirm(f"Void every token of {role}?", abort=True, err=True)


def _deny(role: str, arn: str) -> None:
    """Overwrites the role's own policies with the denial: with an extra policy, `up` could not delete the role."""
    iam = aws_client("iam")
    found = aws_call(f"role {role}", iam.get_role, RoleName=role)["Role"]["Arn"]
    if found != arn:
        raise CliError(
            f"role {role}: the plan names {arn}, but AWS has {found}, which is not this stack's; not changed"
        )
    for name in aws_call(f"role {role}", iam.list_role_policies, RoleName=role)["PolicyNames"]:
        aws_call(f"role {role}", iam.put_role_policy, RoleName=role, PolicyName=name, PolicyDocument=_DENY)


def _advice(audience: str, plan: Plan) -> str:
    """The most similar name; if none is similar, some of them."""
    by_small = {name.lower(): name for name in sorted(plan.audiences)}
    if near := difflib.get_close_matches(audience.lower(), by_small, n=1):
        return f"did you mean {by_small[near[0]]}?"
    some = list(by_small.values())
    more = f" or {len(some) - _MOST_NAMES} others" if len(some) > _MOST_NAMES else ""
    return f"write one of {', '.join(some[:_MOST_NAMES])}{more}" if some else "it has none"


def _tokens(plan: Plan, audience: str, targets: list[TokenTarget | SecretTarget]) -> dict[str, str]:
    """The `auth` values in the variables and secrets now, by registry host."""
    gitlab = gitlab_of(plan) if plan.gitlab is not None else None
    aws = BotoAws(plan.region)
    found: dict[str, str] = {}
    for target in targets:
        try:
            document = aws.secret(target.secret) if isinstance(target, SecretTarget) else _value(target, gitlab)
        except (AwsError, GitLabError) as error:
            click.echo(f"note: {target.name}: {error}", err=True)
            continue
        if document is None:
            continue
        for host in (registry.hosts[0] for registry in plan.audiences[audience].registries):
            login = resolve(f"{host}/x", document.reveal())
            if login.outcome is Outcome.FOUND and login.credential.password:
                entry = login_entry(login.credential.username, login.credential.password)
                found.setdefault(host, entry["auth"])
    return found


def _value(target: TokenTarget, gitlab: GitLab | None) -> Secret | None:
    variable = gitlab.variable(target) if gitlab else None
    return variable.value if variable else None


def _next_generation(role: str) -> int:
    match = _GENERATION.search(role)
    return int(match[1]) + 1 if match else 2


def _up(stack: str, audience: str, generation: int, *, quiet: bool) -> None:
    program = shutil.which("pulumi")
    if program is None:
        raise CliError(
            f"--stack {stack}: there is no pulumi on PATH; leave --stack out, and run `up` where there is one"
        )
    key = f'gitlab-ecr:consumers["{audience}"].generation'
    for arguments in (
        ["config", "set", "--path", key, str(generation), "--stack", stack],
        ["up", "--yes", "--skip-preview", "--stack", stack],
    ):
        click.echo(f"pulumi {' '.join(arguments)}", err=quiet)
        done = subprocess.run([program, *arguments], check=False, stdout=sys.stderr if quiet else None)  # noqa: S603 - the person's own pulumi
        if done.returncode:
            raise CliError(
                f"`pulumi {arguments[0]}` ended with {done.returncode}, so the old role may still exist; correct what "
                "it says above, and run the command again. Until then, --now keeps the old tokens from opening anything"
            )


def _why_not_tried(plan: Plan, audience: str) -> str:
    if plan.audiences[audience].inside is None:
        return f"no old token was tried: the plan names no repository that {audience} may pull"
    return "no old token can be read, so none was tried"


def _try(plan: Plan, audience: str, old: dict[str, str]) -> list[dict[str, Any]]:
    """How each registry answers the old token now."""
    inside = plan.audiences[audience].inside
    if inside is None:
        return []
    with progress("Trying the old tokens"):
        answers = {host: _last_answer(host, inside, auth) for host, auth in old.items()}
    return [
        {"registry_host": host, "repository": inside, "refused": answer.status in _REFUSED, "answer": _words(answer)}
        for host, answer in answers.items()
    ]


def _line(tried: Mapping[str, Any], advice: str) -> str:
    host, repository, answer = tried["registry_host"], tried["repository"], tried["answer"]
    if tried["refused"]:
        return f"{host} refuses the old token for {repository}: {answer}"
    return (
        f"{host} did not refuse the old token for {repository} within {_PATIENCE_SECONDS:.0f} seconds, its last answer "
        f"was {answer}; {advice}"
    )


def _last_answer(host: str, repository: str, auth: str) -> Answer:
    """The registry's answer to the token: its refusal, or what it still answers when the patience ends."""
    pull = RegistryPull(http_client())
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        answer = pull(host, repository, PROBE_TAG, auth)
        if answer.status in _REFUSED or time.monotonic() > end:
            return answer
        time.sleep(_PAUSE_SECONDS)


def _words(answer: Answer) -> str:
    return f"none: {answer.text}" if answer.status is None else f"{answer.status} {answer.code}".rstrip()

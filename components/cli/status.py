"""`gitlab-ecr status`: each variable, the registries that it opens, and how long it is valid."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import click

from ..contract import plan as plans
from ..contract.plan import KeyUser, Plan, SecretTarget, TokenTarget
from ..rotation.gitlab import GitLab, GitLabError
from ..rotation.old_tokens import auths_in
from ..variables.description import LONGEST, valid_until
from . import secret_status
from .aws_calls import aws_call, aws_client
from .errors import CliError
from .exit_codes import ExitCode
from .gitlab_api import ABSENT
from .key_status import key_status
from .last_reports import LastReports, last_reports
from .moments import minute
from .output import json_option, json_shape, show
from .plan_source import Source, gitlab_of, now, plan_options, rotator_of
from .progress import progress
from .renewal_status import RenewalState, renewal_states
from .status_table import for_terminal

_COLUMNS: Final = {
    "target": "Variable",
    "registries": "Registries",
    "valid_until": "Valid until",
    "last_rotation": "Last rotation",
    "health": "Health",
}
_WITH_KEYS: Final = {"target": "Variable", "key": "Access key", **_COLUMNS}
_DAY: Final = timedelta(days=1)
_GOOD: Final = "good"


_SHAPE: Final = json_shape(
    "a list of objects",
    target="the variable, the secret that jobs read, the owner of a pair of access keys, or the GitLab token that "
    "Secrets Manager renews",
    key="for access keys: the last characters of the published key, and when it was created",
    registries="the registry hosts that it opens",
    valid_until="when its tokens expire, or when the next key or renewal is due; empty when unknown",
    last_rotation="when the last run of the past 24 hours began, and what it did",
    health="good, or what is wrong and what to do",
    audiences="the audiences whose tokens it holds",
)


@click.command("status", epilog=_SHAPE)
@plan_options
@json_option
def command(*, source: Source, as_json: bool) -> ExitCode:
    """Show every rotated variable: its owner, its registries, how long it is valid, and its last rotation.

    For access keys: the last characters of the key, when it was created, and how long it stays the current one. For a
    secret that jobs read themselves: whether it holds a login; its value is not read. For a GitLab token that Secrets
    Manager renews: when it last did, and the time by which it next does.

    Reads GitLab with the token in GITLAB_TOKEN, if there is a variable, and secrets and the rotator's log with the AWS
    credentials of the environment.
    """
    plan = source.plan()
    with progress(f"Reading {len(plans.variables(plan)) + len(plan.secrets)} logins"):
        try:
            # With the GitLab backend, the report is in the job's log, which GitLab keeps.
            last = LastReports() if source.bucket else _last_reports(plan)
        except CliError as error:
            click.echo(f"note: last rotation unknown: {error.message}", err=True)
            last = LastReports()
        rows: list[dict[str, Any]] = []
        if plan.gitlab is not None:
            gitlab = gitlab_of(plan)
            rows += [_row(plan, target, gitlab, last.of(target.name)) for target in plan.targets]
            rows += [_key_row(user, gitlab, last.of(user.name)) for user in plan.key_users]
        rows += [_secret_row(plan, target, last.of(target.name)) for target in plan.secrets]
        rows += [_renewal_row(state) for state in renewal_states(plan, now())]
    columns = _WITH_KEYS if plan.key_users else _COLUMNS
    show(columns, rows, as_json=as_json, terminal=for_terminal(rows, now()))
    return ExitCode.OK if all(row["health"] == _GOOD for row in rows) else ExitCode.FOUND


def _row(plan: Plan, target: TokenTarget, gitlab: GitLab, last: dict[str, Any] | None) -> dict[str, Any]:
    hosts = _hosts(plan, target)
    end, health = _look(target, hosts, gitlab)
    return {
        "target": target.name,
        "key": "",
        "registries": ", ".join(hosts),
        "valid_until": minute(end),
        **_rotated(last, health),
        "audiences": [target.audience],
    }


def _key_row(user: KeyUser, gitlab: GitLab, last: dict[str, Any] | None) -> dict[str, Any]:
    found = key_status(user, gitlab, now())
    return {
        "target": user.name,
        "key": found.key,
        "registries": "",
        "valid_until": minute(found.due),
        **_rotated(last, found.health),
        "audiences": (),
    }


def _secret_row(plan: Plan, target: SecretTarget, last: dict[str, Any] | None) -> dict[str, Any]:
    health = secret_status.health(secret_status.secret_state(plan, target), now()) or _GOOD
    expires_at = str((last or {}).get("expires_at") or "")
    return {
        "target": target.name,
        "key": "",
        "registries": ", ".join(_hosts(plan, target)),
        "valid_until": minute(datetime.fromisoformat(expires_at)) if expires_at and health == _GOOD else "",
        **_rotated(last, health),
        "audiences": [target.audience],
    }


def _renewal_row(state: RenewalState) -> dict[str, Any]:
    return {
        "target": state.name,
        "key": "",
        "registries": "",
        "valid_until": minute(state.due),
        "last_rotation": f"{minute(state.last)} renewed" if state.last else "",
        "health": state.problem or _GOOD,
        "audiences": (),
    }


def _hosts(plan: Plan, target: TokenTarget | SecretTarget) -> list[str]:
    return [host for registry in plan.audiences[target.audience].registries for host in registry.hosts]


def _rotated(last: dict[str, Any] | None, health: str) -> dict[str, str]:
    """The last rotation, and the health: a failed rotation makes a good variable's health bad."""
    if last and last["status"] == "failed" and health == _GOOD:
        health = f"last rotation failed: {last['reason']}"
    return {"last_rotation": f"{last['started']} {last['status']}" if last else "", "health": health}


def _look(target: TokenTarget, hosts: Sequence[str], gitlab: GitLab) -> tuple[datetime | None, str]:
    try:
        variable = gitlab.variable(target)
    except GitLabError as error:
        return None, str(error)
    if variable is None:
        return None, ABSENT
    end = valid_until(variable.description)
    if end is None:
        return None, "never rotated: run `gitlab-ecr rotate`"
    if end > now() + LONGEST:
        return None, f"says valid until {minute(end)}, but no ECR token lives that long: run `gitlab-ecr rotate`"
    held = hosts if variable.value is None else auths_in(variable.value.reveal(), hosts)
    if missing := [host for host in hosts if host not in held]:
        return None, f"holds no token for {missing[0]}: run `gitlab-ecr rotate`"
    return end, _GOOD if end > now() else "expired: run `gitlab-ecr rotate`"


def _last_reports(plan: Plan) -> LastReports:
    """What the rotator's runs of the past 24 hours reported about each target."""
    group = f"/aws/lambda/{rotator_of(plan)}"
    pages = aws_client("logs", plan.region).get_paginator("filter_log_events")
    since = int((now() - _DAY).timestamp() * 1000)

    def read() -> list[str]:
        found = pages.paginate(logGroupName=group, startTime=since, filterPattern='"gitlab_ecr_report"')
        return [str(event["message"]) for page in found for event in page["events"]]

    return last_reports(aws_call(group, read))

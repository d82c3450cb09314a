"""`gitlab-ecr check`: everything that a preview cannot know, since only a GitLab token tells it."""

from typing import Any, Final

import click

from ..contract import plan as plans
from ..contract.plan import Target
from ..docker import auth as docker_auth
from ..rotation.gitlab import GitLab, GitLabError, Variable
from ..variables.description import is_ours
from ..variables.keys import ACCESS_KEYS
from ..variables.shadow_finder import shadow_findings
from .exit_codes import ExitCode
from .gitlab_api import GitLabApi, own_token
from .gitlab_listing import Listing, listing
from .output import json_option, json_shape, show
from .plan_source import Source, gitlab_http, gitlab_of, plan_options
from .progress import progress

_COLUMNS: Final = {"target": "Variable", "ok": "In order", "found": "Found"}
_FLAGS: Final = ("variable_type", "masked", "protected", "raw", "hidden")


_SHAPE: Final = json_shape(
    "a list of objects",
    target="the variable, or the place that could not be looked at",
    ok="whether it is in order",
    found="what is not, with the fix; empty when all is well",
)


@click.command("check", epilog=_SHAPE)
@plan_options
@json_option
def command(*, source: Source, as_json: bool) -> ExitCode:
    """Look every variable of the stack up in GitLab: its owner, its flags, what is in it, and what hides it from jobs.

    Reads GitLab with the token in GITLAB_TOKEN: give it the rotator's own to see whether that one may write, since
    GitLab shows variables to exactly those who may change them.
    """
    plan = source.plan()
    gitlab = gitlab_of(plan)
    wanted = plans.variables(plan)
    with progress(f"Looking up {len(wanted)} variables"):
        rows = [_row(target, gitlab) for target in wanted]
        api = GitLabApi(plan.gitlab.url, own_token(), gitlab_http(plan.gitlab))
        around = _around(listing(api, wanted))
    rows += [row for row in around if not any(row["target"] == own["target"] and not own["ok"] for own in rows)]
    show(_COLUMNS, rows, as_json=as_json)
    return ExitCode.OK if all(row["ok"] for row in rows) else ExitCode.FOUND


def _around(found: Listing) -> list[dict[str, Any]]:
    """What else lies where the variables are, and keeps them from jobs; and where the token may not look."""
    findings = shadow_findings(found.targets, found.variables, found.environments)
    return [
        *({"target": each.target, "ok": False, "found": f"{each.what}; {each.fix}"} for each in findings),
        *(
            {"target": place, "ok": False, "found": f"not looked at: {why}"}
            for place, _, why in (line.partition(": ") for line in found.unread)
        ),
    ]


def _row(target: Target, gitlab: GitLab) -> dict[str, Any]:
    try:
        variable = gitlab.variable(target)
    except GitLabError as error:
        return {"target": target.name, "ok": False, "found": str(error)}
    found = ["absent: `pulumi up` makes it"] if variable is None else _problems(target, variable)
    return {"target": target.name, "ok": not found, "found": "; ".join(found)}


def _problems(target: Target, variable: Variable) -> list[str]:
    wanted = target.flags
    found = [
        f"{flag} is {variable.flags[flag]}, declared is {getattr(wanted, flag)}"
        for flag in _FLAGS
        if variable.flags.get(flag) not in (None, getattr(wanted, flag)) and not (flag == "masked" and wanted.hidden)
    ]
    if target.key in ACCESS_KEYS:
        return found if is_ours(variable.description) else [*found, "no rotation wrote it"]
    if variable.value is not None:
        try:
            docker_auth.parse(variable.value.reveal())
        except ValueError as error:
            found.append(str(error))
    return found

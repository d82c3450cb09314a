"""`gitlab-ecr check`: everything that a preview cannot check, because it takes a GitLab token."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

import click

from ..contract import plan as plans
from ..contract.plan import Plan, SecretTarget, Target
from ..docker import auth as docker_auth
from ..names.gitlab_release import SAFE_TEXT
from ..rotation.gitlab import GitLab, GitLabError, Variable
from ..variables.description import is_ours
from ..variables.keys import ACCESS_KEYS
from ..variables.references import is_reference
from ..variables.shadow_finder import shadow_findings
from .exit_codes import ExitCode
from .gitlab_api import ABSENT, GitLabApi, http_client, instance, own_token
from .gitlab_instance import Instance
from .gitlab_listing import Listing, listing
from .output import json_option, json_shape, show
from .plan_source import Source, gitlab_http, gitlab_of, plan_options
from .progress import progress
from .renewal_status import RenewalState, renewal_states
from .secret_status import differs, secret_state
from .stack_state import in_gitlab
from .token_check import one_of_each_owner, try_to_write

_COLUMNS: Final = {"target": "Variable", "ok": "In order", "found": "Found"}
_FLAGS: Final = ("variable_type", "masked", "protected", "raw", "hidden")


_SHAPE: Final = json_shape(
    "a list of objects",
    target="the variable, secret or GitLab token, or the project or group that could not be read",
    ok="whether it is in order",
    found="what is wrong, with the fix; empty when all is well; for a self-managed GitLab itself, its version",
)


@click.command("check", epilog=_SHAPE)
@plan_options
@click.option(
    "--trust-forks",
    is_flag=True,
    help=f"Accept a self-managed GitLab older than {SAFE_TEXT}, where a merge request from a fork can get the roles of "
    "a trusted branch.",
)
@click.option(
    "--gitlab-url",
    metavar="URL",
    help="The GitLab instance of a stack whose plan has none: its version, runners and schedules are looked up.",
)
@click.option(
    "--write",
    "write",
    is_flag=True,
    help="Also write one variable of each owner back as it is, to see whether the token in GITLAB_TOKEN may. Its value "
    "is not sent.",
)
@json_option
def command(*, source: Source, trust_forks: bool, gitlab_url: str | None, write: bool, as_json: bool) -> ExitCode:
    """Look up every variable of the stack in GitLab: its owner, its flags, its content, and what hides it from jobs.

    Looks up the secrets that jobs read themselves in AWS, with the credentials of the environment, without reading
    their values, and the renewal of a GitLab token that Secrets Manager renews. For a stack without variables, GitLab
    is only read if --gitlab-url names the instance.

    Checks the version of a self-managed GitLab, too: roles for jobs need one that tells forks apart, and long values
    one that holds them. Below a variable of the instance, checks the other consumers only. With --stack, also looks up
    the runners and pipeline schedules in the stack's state: `up` does not notice when somebody has
    deleted one.

    Reads GitLab with the token in GITLAB_TOKEN. To see whether the rotator's token may write, set GITLAB_TOKEN to that
    token: GitLab shows variables to exactly those who may change them. For a fine-grained token, only a try can tell:
    use --write.
    """
    plan = source.plan()
    wanted = plans.variables(plan)
    with progress(f"Looking up {len(wanted)} variables" if wanted else f"Looking up {len(plan.secrets)} secrets"):
        rows = [_secret_row(plan, target) for target in plan.secrets]
        rows += [_renewal_row(state) for state in renewal_states(plan, datetime.now(UTC))]
        if plan.gitlab is not None:
            gitlab = gitlab_of(plan)
            rows += [_row(target, gitlab) for target in wanted]
            rows += _written(plan, gitlab) if write else []
        if url := plan.gitlab.url if plan.gitlab else gitlab_url and instance(gitlab_url):
            http = gitlab_http(plan.gitlab) if plan.gitlab else http_client(allow_http=url.startswith("http://"))
            api = GitLabApi(url, own_token(), http)
            rows += in_gitlab(source.stack, api) if source.stack else []
            rows += [*Instance.asked(api, url).rows(plan, trust_forks=trust_forks), *_around(listing(api, wanted))]
    rows = _one_each(rows)
    show(_COLUMNS, rows, as_json=as_json)
    return ExitCode.OK if all(row["ok"] for row in rows) else ExitCode.FOUND


def _written(plan: Plan, gitlab: GitLab) -> list[dict[str, Any]]:
    """A row for each owner with a variable that could not be written back."""
    tried = [(target, try_to_write(gitlab, target).problems) for target in one_of_each_owner(plan)]
    return [{"target": target.name, "ok": False, "found": "; ".join(found)} for target, found in tried if found]


def _secret_row(plan: Plan, target: SecretTarget) -> dict[str, Any]:
    state = secret_state(plan, target)
    found = [text for text in (state.problem, differs(state, target)) if text]
    return {"target": target.name, "ok": not found, "found": "; ".join(found)}


def _renewal_row(state: RenewalState) -> dict[str, Any]:
    return {"target": state.name, "ok": not state.problem, "found": state.problem}


def _one_each(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each variable, with everything that was found, so that no two rows contradict each other."""
    by_target: dict[str, dict[str, Any]] = {}
    for row in rows:
        known = by_target.setdefault(row["target"], {"target": row["target"], "ok": True, "found": ""})
        known["ok"] = known["ok"] and row["ok"]
        known["found"] = "; ".join(dict.fromkeys(found for found in (known["found"], row["found"]) if found))
    return list(by_target.values())


def _around(found: Listing) -> list[dict[str, Any]]:
    """Other variables that hide the stack's own from jobs, and owners whose variables the token may not read."""
    findings = shadow_findings(found.targets, found.variables, found.environments)
    return [
        *({"target": each.target, "ok": False, "found": f"{each.what}; {each.fix}"} for each in findings),
        *(
            {"target": unread, "ok": False, "found": f"not checked: {why}"}
            for unread, _, why in (line.partition(": ") for line in found.unread)
        ),
    ]


def _row(target: Target, gitlab: GitLab) -> dict[str, Any]:
    try:
        variable = gitlab.variable(target)
    except GitLabError as error:
        return {"target": target.name, "ok": False, "found": str(error)}
    found = [ABSENT] if variable is None else _problems(target, variable)
    return {"target": target.name, "ok": not found, "found": "; ".join(found)}


def _problems(target: Target, variable: Variable) -> list[str]:
    wanted = target.flags
    found = [
        f"{flag} is {variable.flags[flag]}, but {getattr(wanted, flag)} is declared"
        for flag in _FLAGS
        if variable.flags.get(flag) not in (None, getattr(wanted, flag)) and not (flag == "masked" and wanted.hidden)
    ]
    if target.key in ACCESS_KEYS:
        return found if is_ours(variable.description) else [*found, "no rotation wrote it"]
    if variable.value is not None:
        try:
            document = docker_auth.parse(variable.value.reveal())
        except ValueError as error:
            found.append(str(error))
        else:
            found += _dead_references(document, variable)
    return found


def _dead_references(document: docker_auth.Document, variable: Variable) -> list[str]:
    """Logins that refer to another variable: a raw variable never resolves them, and the rotation makes it raw."""
    logins = cast("Mapping[str, Mapping[str, object]]", document.get("auths") or {})
    dead = [
        (host, value)
        for host, entry in logins.items()
        for value in entry.values()
        if isinstance(value, str) and is_reference(value)
    ]
    raw = "is raw" if variable.flags.get("raw") else "becomes raw with the next rotation"
    return [
        f"{value} in the login for {host} is not expanded, since the variable {raw}: write the value itself"
        for host, value in dead[:1]
    ]

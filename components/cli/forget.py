"""`gitlab-ecr forget`: takes what the rotator wrote out of an adopted variable, and leaves the rest."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import click

from ..contract import plan as plans
from ..contract.plan import Flags, OwnerKind, Plan, Target, VariableType
from ..docker import auth as docker_auth
from ..docker.auth import DOCKER_AUTH_CONFIG
from ..rotation import gitlab_secret
from ..rotation.aws import AwsError, BotoAws
from ..rotation.gitlab import GitLab, GitLabError
from ..rotation.secret import Secret, TokenError
from ..variables.description import hosts, is_ours
from ..variables.targets import INSTANCE
from .errors import CliError
from .output import json_option, json_shape, print_json
from .plan_source import Source, gitlab_http, gitlab_in, plan_options
from .progress import progress


def forget(target: Target, plan: Plan, gitlab: GitLab, more_hosts: Sequence[str] = ()) -> list[str]:
    """Takes our entries and our description out of the variable. Its flags and all other entries stay.

    Args:
        more_hosts: registry hosts to take out besides those that the description names.

    Returns:
        The registry hosts that were taken out.

    Raises:
        CliError: the target is still in the plan, does not exist, is hidden, or has no entries of this stack.
        GitLabError: GitLab refused.
    """
    slot = (target.owner_kind, target.key, target.environment_scope)
    for planned in plans.variables(plan):
        owners = {planned.owner, planned.path.lower()}
        if (planned.owner_kind, planned.key, planned.environment_scope) == slot and target.owner.lower() in owners:
            raise CliError(
                f"{target.name}: it is still in the plan, so the next rotation would write it again; take its consumer "
                "out of the stack file and run `pulumi up` first"
            )
    variable = gitlab.variable(target)
    if variable is None:
        raise CliError(f"{target.name}: there is no such variable; check the path, --key and --environment-scope")
    if variable.value is None:
        raise CliError(f"{target.name}: it is hidden, so nobody can read what to keep; delete it and create it again")
    ours = sorted({*hosts(variable.description), *more_hosts})
    if not ours:
        raise CliError(
            f"{target.name}: "
            + (
                "its description gives only the number of its registries; name each with --registry-host"
                if is_ours(variable.description)
                else "no rotation wrote it; to take entries out anyway, name each registry with --registry-host"
            )
        )
    try:
        kept = docker_auth.remove(variable.value.reveal(), ours)
    except ValueError as error:
        raise CliError(f"{target.name}: {error}") from None
    flags = replace(target.flags, **{key: flag for key, flag in variable.flags.items() if flag is not None})
    gitlab.update(replace(target, flags=flags), Secret(docker_auth.dumps(kept)), "", hidden=flags.hidden)
    return ours


_SHAPE: Final = json_shape("an object", target="the variable", removed="the registry hosts that were taken out")


@click.command("forget", epilog=_SHAPE)
@click.argument("kind", type=click.Choice([kind.value for kind in OwnerKind]))
@click.argument("owner")
@plan_options
@click.option("--key", default=DOCKER_AUTH_CONFIG, show_default=True, help="The variable's key.")
@click.option("--environment-scope", default="*", show_default=True, help="The variable's environment scope.")
@click.option("--registry-host", "more_hosts", multiple=True, help="Take this one out, too; can be repeated.")
@json_option
def command(
    *,
    kind: str,
    owner: str,
    source: Source,
    key: str,
    environment_scope: str,
    more_hosts: tuple[str, ...],
    as_json: bool,
) -> None:
    """Take this stack's entries out of a variable that it had adopted.

    OWNER is the full path or the id of the project or group, or `instance`. Take its consumer out of the stack file
    first.
    """
    if kind == OwnerKind.INSTANCE and owner != INSTANCE:
        raise click.UsageError(f"OWNER: got {owner!r}; the owner of the instance's variables is written {INSTANCE}")
    plan = source.plan()
    flags = Flags(VariableType.FILE, masked=True, protected=False, raw=True, hidden=False)
    target = Target(OwnerKind(kind), owner, owner, key, environment_scope, flags)
    where = gitlab_in(plan)
    try:
        text = BotoAws(plan.region).secret(where.token_secret)
    except AwsError as error:
        advice = "; store a token with `gitlab-ecr token set`" if error.no_value else ""
        raise CliError(f"{where.token_secret}: {error}{advice}") from None
    with progress("Taking the entries out"):
        try:
            http = gitlab_http(where)
            token = gitlab_secret.read(text, where.url, http).token
            gone = forget(target, plan, GitLab(where.url, token, http), more_hosts)
        except (GitLabError, TokenError) as error:
            raise CliError(str(error)) from None
    if as_json:
        print_json({"target": target.name, "removed": gone})
    else:
        click.echo(f"{target.name}: took out {', '.join(gone)}")

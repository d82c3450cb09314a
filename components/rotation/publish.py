"""Step three: one target gets its tokens; what is not ours in it stays."""

from collections.abc import Mapping
from typing import Final

from ..documents import docker_auth
from ..documents.plan import Plan, Target
from ..documents.variable_description import describe, valid_until
from .gitlab import GitLab, GitLabError, Variable
from .mint import Token
from .report import Status, TargetResult
from .secret import Secret

_VALUE_LIMIT: Final = 10_000  # GitLab, CI/CD variables: characters of a value


def publish(target: Target, plan: Plan, tokens: Mapping[str, Mapping[str, Token]], gitlab: GitLab) -> TargetResult:
    """Writes the target, unless what it holds lives longer; never raises, a failure is a result.

    Args:
        tokens: by audience and region; holds every audience of the target.
    """
    auths = {
        host: tokens[audience][registry.region]
        for audience in target.audiences
        for registry in plan.audiences[audience].registries
        for host in registry.hosts
    }
    expires_at = min(token.expires_at for token in auths.values())
    present = None
    try:
        variable = gitlab.variable(target)
        present = valid_until(variable.description) if variable else None
        if present is not None and present > expires_at:
            return TargetResult(target.name, Status.KEPT, "another run published a token that lives longer", present)
        value = _merged(variable, {host: token.auth.reveal() for host, token in auths.items()})
        description = describe(list(auths), expires_at, target.audiences)
        if variable is None:
            written = gitlab.create(target, value, description)
        else:
            written = gitlab.update(target, value, description)
        _read_back(written, value, description, target)
    except (GitLabError, ValueError) as error:
        return TargetResult(target.name, Status.FAILED, str(error), present)
    return TargetResult(target.name, Status.PUBLISHED, "", expires_at)


def _merged(variable: Variable | None, auths: Mapping[str, str]) -> Secret:
    existing = variable.value.reveal() if variable and variable.value else None
    entries = {host: docker_auth.auth_entry(auth) for host, auth in auths.items()}
    text = docker_auth.dumps(docker_auth.merge(existing, entries, entries))
    if len(text) > _VALUE_LIMIT:
        raise ValueError(
            f"the value would be {len(text)} characters long, GitLab holds {_VALUE_LIMIT}: "
            "give this consumer fewer registry hosts, or its runners the credential helper"
        )
    return Secret(text)


def _read_back(written: Variable, value: Secret, description: str, target: Target) -> None:
    wanted = {
        "variable_type": target.flags.variable_type,
        "masked": target.flags.masked or target.flags.hidden,
        "protected": target.flags.protected,
        "raw": target.flags.raw,
    }
    if wrong := sorted(key for key, flag in wanted.items() if written.flags.get(key) != flag):
        raise GitLabError(f"GitLab accepted {target.name} but did not set {', '.join(wrong)}")
    if written.value is not None and written.value != value:
        raise GitLabError(f"GitLab accepted {target.name} but holds another value: somebody writes it at the same time")
    if valid_until(written.description) != valid_until(description):
        raise GitLabError(f"GitLab accepted {target.name} but did not keep its description")

"""Step three: one target gets its tokens; what is not ours in it stays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..contract.plan import Plan, Registry, Target, TokenTarget
from ..docker import auth as docker_auth
from ..variables.description import describe, to_the_minute, valid_until
from .gitlab import GitLab, GitLabError, Variable
from .mint import Token
from .old_tokens import OldTokens
from .report import Status, TargetResult
from .secret import Secret

_VALUE_LIMIT: Final = 10_000  # GitLab, CI/CD variables: characters of a value
_BAD_REQUEST: Final = 400


@dataclass(frozen=True)
class Publisher:
    """What all targets of a run share.

    Attributes:
        tokens: the proven ones, by audience and region.
        old_tokens: where replaced tokens are tried.
    """

    plan: Plan
    tokens: Mapping[str, Mapping[str, Token]]
    old_tokens: OldTokens

    def publish(self, target: TokenTarget, gitlab: GitLab, foreign: Secret | None) -> TargetResult:
        """Writes the target, unless what it holds lives longer; never raises, a failure is a result.

        Args:
            target: the variable.
            gitlab: the instance.
            foreign: the document whose entries a hidden variable keeps.
        """
        present, known = None, False
        try:
            variable = gitlab.variable(target)
            present = valid_until(variable.description) if variable else None
            known = present is not None and self._is_as_declared(variable, present, target)
            if variable is not None and variable.value is not None:
                hosts = {host: registry.hosts[0] for registry in self._registries(target) for host in registry.hosts}
                self.old_tokens.look_at(variable.value.reveal(), present, hosts, target.name)
            return self._write(target, variable, present, gitlab, foreign)
        except (GitLabError, ValueError) as error:
            absent = isinstance(error, GitLabError) and error.absent
            return TargetResult(target, Status.FAILED, str(error), present, absent=absent, known=known)

    def _write(
        self,
        target: TokenTarget,
        variable: Variable | None,
        present: datetime | None,
        gitlab: GitLab,
        foreign: Secret | None,
    ) -> TargetResult:
        if target.audience not in self.tokens:
            reason = f"audience {target.audience} has no proven token; what is there stays"
            return TargetResult(target, Status.FAILED, reason, present, known=present is not None)
        auths = {
            host: self.tokens[target.audience][registry.region]
            for registry in self._registries(target)
            for host in registry.hosts
        }
        expires_at = min(token.expires_at for token in auths.values())
        if present is not None and present > to_the_minute(expires_at):
            kept = "another run published a token that lives longer"
            return TargetResult(target, Status.KEPT, kept, present, known=True)
        value = _merged(target, variable, foreign, {host: token.auth.reveal() for host, token in auths.items()})
        description = describe(list(auths), expires_at, target.audience)
        written = put(target, variable, value, description, gitlab)
        if written is None:  # another run created it a moment ago: once more, as an update
            if (found := gitlab.variable(target)) is None:
                raise GitLabError(f"GitLab says of {target.name} both that it is there and that it is not")
            return self._write(target, found, valid_until(found.description), gitlab, foreign)
        read_back(written, value, description, target)
        return TargetResult(target, Status.PUBLISHED, "", expires_at, known=present is not None)

    def _registries(self, target: TokenTarget) -> tuple[Registry, ...]:
        return self.plan.audiences[target.audience].registries

    def _is_as_declared(self, variable: Variable | None, present: datetime | None, target: TokenTarget) -> bool:
        """Whether an earlier run wrote just this declaration."""
        if variable is None or present is None:
            return False
        hosts = [host for registry in self._registries(target) for host in registry.hosts]
        return not wrong_flags(variable, target) and variable.description == describe(hosts, present, target.audience)


def put(target: Target, variable: Variable | None, value: Secret, description: str, gitlab: GitLab) -> Variable | None:
    """What GitLab answers to the one write; None when the variable to create is there already."""
    if variable is not None:
        return gitlab.update(target, value, description, hidden=bool(variable.flags.get("hidden")))
    try:
        return gitlab.create(target, value, description)
    except GitLabError as error:
        if error.status == _BAD_REQUEST and "already been taken" in str(error):
            return None
        raise


def _merged(target: Target, variable: Variable | None, foreign: Secret | None, auths: Mapping[str, str]) -> Secret:
    if variable is not None and variable.value is None and not target.flags.hidden:
        raise ValueError(
            f"{target.name} is hidden, so what others wrote into it cannot be kept; write hidden: true, and "
            "foreignAuthsSecret for its other registries"
        )
    existing = variable.value if variable is not None and variable.value is not None else foreign
    entries = {host: docker_auth.auth_entry(auth) for host, auth in auths.items()}
    text = docker_auth.dumps(docker_auth.merge(existing.reveal() if existing else None, entries, entries))
    if len(text) > _VALUE_LIMIT:
        raise ValueError(
            f"the value would be {len(text)} characters long, GitLab holds {_VALUE_LIMIT}: "
            "give this consumer fewer registry hosts, or its runners the credential helper"
        )
    return Secret(text)


def read_back(written: Variable, value: Secret, description: str, target: Target) -> None:
    """Returns when the answer to a write says that all of it was done.

    Raises:
        GitLabError: something was not.
    """
    if wrong := wrong_flags(written, target):
        advice = ": GitLab hides only new ones; delete it, the next run makes it anew" if "hidden" in wrong else ""
        raise GitLabError(f"GitLab accepted {target.name} but did not set {', '.join(wrong)}{advice}")
    if written.value is not None and written.value != value:
        raise GitLabError(f"GitLab accepted {target.name} but holds another value: somebody writes it at the same time")
    if written.description != description:
        raise GitLabError(f"GitLab accepted {target.name} but did not keep its description")


def wrong_flags(variable: Variable, target: Target) -> list[str]:
    """The names of the flags that are not as the target wants them."""
    wanted = {
        "variable_type": target.flags.variable_type,
        "masked": target.flags.masked or target.flags.hidden,
        "protected": target.flags.protected,
        "raw": target.flags.raw,
    }
    if target.flags.hidden:
        wanted["hidden"] = True
    return sorted(key for key, flag in wanted.items() if variable.flags.get(key) != flag)

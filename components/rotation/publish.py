"""Step three: writes one target's tokens, and keeps the entries for other registries."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, cast

from ..contract.plan import VALUE_LIMIT, OwnerKind, Plan, Registry, Target, TokenTarget
from ..docker import auth as docker_auth
from ..docker.auth import DocumentError
from ..variables.description import LONGEST, describe, to_the_minute, valid_until
from ..variables.references import references
from .gitlab import GitLab, GitLabError, Variable
from .mint import Token
from .old_tokens import OldTokens, auths_in
from .results import Status, TargetResult
from .secret import Secret
from .workers import unexpected

_BAD_REQUEST: Final = 400


class NotWrittenError(Exception):
    """A variable cannot be written as declared. The message says why, without the variable's value."""


@dataclass(frozen=True)
class Publisher:
    """The publisher of a run, shared by all targets.

    Attributes:
        tokens: the verified tokens, by audience and region.
        old_tokens: tests the replaced tokens.
    """

    plan: Plan
    tokens: Mapping[str, Mapping[str, Token]]
    old_tokens: OldTokens

    def publish(self, target: TokenTarget, gitlab: GitLab, foreign: Secret | None) -> TargetResult:
        """Writes the target unless its present token lives longer. It never raises: a failure is a result.

        Args:
            target: the variable.
            gitlab: the instance.
            foreign: for a hidden variable, the document with the entries to keep.
        """
        end, known, absent = None, False, False
        notes: list[str] = []
        try:
            variable = gitlab.variable(target)
            described = valid_until(variable.description) if variable else None
            known = self._is_as_declared(variable, described, target)
            end, doubt = self._believed(target, variable, described)
            if doubt:
                notes.append(f"{target.name}: its description says valid until {_minute(described)}, but {doubt}")
            result = self._write(target, variable, end, gitlab, foreign)
            return replace(result, known=result.known or described is not None, notes=notes)
        except GitLabError as error:
            reason, absent = str(error), error.absent
        except (DocumentError, NotWrittenError) as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - whatever one variable holds, only that variable may fail
            reason = unexpected(error)
        return TargetResult(target, Status.FAILED, reason, end, absent=absent, known=known, notes=notes)

    def _believed(
        self, target: TokenTarget, variable: Variable | None, end: datetime | None
    ) -> tuple[datetime | None, str]:
        """The expiry in a description; None with a reason when the variable contradicts it."""
        if variable is None or end is None:
            return None, ""
        if end > self.old_tokens.now() + LONGEST:
            return None, "no ECR token lives that long"
        if variable.value is None:
            return end, ""  # hidden: nobody can check
        hosts = {host: registry.hosts[0] for registry in self._registries(target) for host in registry.hosts}
        auths = auths_in(variable.value.reveal(), hosts)
        if missing := [host for host in hosts if host not in auths]:
            # A registry that was declared in the meantime is no reason for doubt, only for a new token.
            contradicts = self._is_as_declared(variable, end, target)
            return None, f"it holds no token for {missing[0]}" if contradicts else ""
        refusing = self.old_tokens.refused({(hosts[host], auth) for host, auth in auths.items()}, end)
        return (end, "") if refusing is None else (None, f"{refusing} refuses its token")

    def _write(
        self,
        target: TokenTarget,
        variable: Variable | None,
        end: datetime | None,
        gitlab: GitLab,
        foreign: Secret | None,
    ) -> TargetResult:
        if target.audience not in self.tokens:
            reason = f"audience {target.audience} has no verified token; the present value stays"
            return TargetResult(target, Status.FAILED, reason, end)
        auths = {
            host: self.tokens[target.audience][registry.region]
            for registry in self._registries(target)
            for host in registry.hosts
        }
        expires_at = min(token.expires_at for token in auths.values())
        if end is not None and end > to_the_minute(expires_at):
            return TargetResult(target, Status.KEPT, "another run published a token that lives longer", end)
        _refuse_references(target, variable, list(auths))
        value = _merged(target, variable, foreign, {host: token.auth.reveal() for host, token in auths.items()})
        description = describe(list(auths), expires_at, target.audience)
        try:
            written = put(target, variable, value, description, gitlab)
        except GitLabError as error:
            if error.status == _BAD_REQUEST and len(value.reveal()) > VALUE_LIMIT:  # an older GitLab
                raise NotWrittenError(f"{error}; {_too_long(len(value.reveal()))}") from None
            raise
        if written is None:  # another run created it a moment ago: update it instead
            if (found := gitlab.variable(target)) is None:
                raise GitLabError(f"GitLab says both that {target.name} exists and that it does not")
            end, _ = self._believed(target, found, valid_until(found.description))
            return self._write(target, found, end, gitlab, foreign)
        read_back(written, value, description, target)
        return TargetResult(target, Status.PUBLISHED, "", expires_at)

    def _registries(self, target: TokenTarget) -> tuple[Registry, ...]:
        return self.plan.audiences[target.audience].registries

    def _is_as_declared(self, variable: Variable | None, present: datetime | None, target: TokenTarget) -> bool:
        """Whether an earlier run wrote exactly this declaration."""
        if variable is None or present is None:
            return False
        hosts = [host for registry in self._registries(target) for host in registry.hosts]
        return not wrong_flags(variable, target) and variable.description == describe(hosts, present, target.audience)


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}" if moment else ""


def put(target: Target, variable: Variable | None, value: Secret, description: str, gitlab: GitLab) -> Variable | None:
    """Writes the variable once and returns GitLab's answer; None when a variable to create already exists."""
    if variable is not None:
        return gitlab.update(target, value, description, hidden=bool(variable.flags.get("hidden")))
    try:
        return gitlab.create(target, value, description)
    except GitLabError as error:
        if error.status == _BAD_REQUEST and "already been taken" in str(error):
            return None
        raise


def _refuse_references(target: Target, variable: Variable | None, hosts: Collection[str]) -> None:
    """Refuses a variable whose other entries need GitLab to expand `$NAME`: tokens are written raw, without expansion.

    Raises:
        NotWrittenError: an entry holds a reference. The message names both.
    """
    if variable is None or variable.value is None or variable.flags.get("raw") is not False or not target.flags.raw:
        return
    kept = docker_auth.remove(variable.value.reveal(), hosts)
    entries = cast("Mapping[str, object]", kept.get("auths") or {})
    for key, entry in [*entries.items(), *((key, kept[key]) for key in kept if key != "auths")]:
        if found := references(json.dumps([key, entry])):
            raise NotWrittenError(
                f"{target.name} is not raw, and {key} in it holds {found[0]}, which GitLab expands. A token can only "
                f"be written raw, and GitLab expands nothing in a raw variable, so that login would break. Write the "
                f"value in place of {found[0]}, or take the entry out; until then nothing is written"
            )


def _merged(target: Target, variable: Variable | None, foreign: Secret | None, auths: Mapping[str, str]) -> Secret:
    if variable is not None and variable.value is None and not target.flags.hidden:
        raise NotWrittenError(
            f"{target.name} is hidden, so what others wrote into it cannot be kept; write hidden: true, and "
            "foreignAuthsSecret for its other registries"
        )
    existing = variable.value if variable is not None and variable.value is not None else foreign
    entries = {host: docker_auth.auth_entry(auth) for host, auth in auths.items()}
    text = docker_auth.dumps(docker_auth.merge(existing.reveal() if existing else None, entries, entries))
    if len(text) > VALUE_LIMIT and target.owner_kind is OwnerKind.INSTANCE:
        raise NotWrittenError(_too_long(len(text)))
    return Secret(text)


def _too_long(length: int) -> str:
    return (
        f"the value would be {length} characters long, but GitLab allows {VALUE_LIMIT}: "
        "give this consumer fewer registry hosts, or its runners the credential helper"
    )


def read_back(written: Variable, value: Secret, description: str, target: Target) -> None:
    """Checks that GitLab's answer to a write shows everything that was written.

    Raises:
        GitLabError: something is missing or different.
    """
    flags_set(written, target)
    if written.value is not None and written.value != value:
        raise GitLabError(f"GitLab accepted {target.name} but holds another value: something else is writing it, too")
    if written.description != description:
        raise GitLabError(f"GitLab accepted {target.name} but did not keep its description")


def flags_set(written: Variable, target: Target) -> None:
    """Checks that GitLab's answer to a write shows the flags that the target declares.

    Raises:
        GitLabError: one is missing or different.
    """
    if wrong := wrong_flags(written, target):
        advice = ": GitLab hides only new ones; delete it, and the next run recreates it" if "hidden" in wrong else ""
        raise GitLabError(f"GitLab accepted {target.name} but did not set {', '.join(wrong)}{advice}")


def wrong_flags(variable: Variable, target: Target) -> list[str]:
    """The names of the flags that are not as the target declares them."""
    wanted = {
        "variable_type": target.flags.variable_type,
        "masked": target.flags.masked or target.flags.hidden,
        "protected": target.flags.protected,
        "raw": target.flags.raw,
    }
    if target.flags.hidden:
        wanted["hidden"] = True
    return sorted(key for key, flag in wanted.items() if variable.flags.get(key) != flag)

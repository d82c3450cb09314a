"""Checks whether a GitLab token can do the rotator's work, by its scope and its user's role, or by trying."""

from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus
from typing import Any, Final, cast

from ..contract import plan as plans
from ..contract.plan import OwnerKind, Plan, Target
from ..rotation.gitlab import GitLab, GitLabError
from ..rotation.granular import GRANULAR, ON_ITSELF, ON_VARIABLES
from .gitlab_api import GitLabApi, ReadError
from .gitlab_listing import LEVEL, variables_of

_SCOPE: Final = "api"
_SELF: Final = "personal_access_tokens/self"
_FEWEST_DAYS: Final = 30
_FORBIDDEN: Final = 403


@dataclass
class TokenFindings:
    """The result of checking a token.

    Attributes:
        problems: why it is not good enough, a line each; empty when it is.
        notes: what a person should know about a good token, a line each.
        granular: whether it is a fine-grained token, whose scopes do not say what it may do.
    """

    problems: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])
    granular: bool = False


def check_token(plan: Plan, gitlab: GitLabApi, today: date) -> TokenFindings:
    """Checks whether the token can write every target. For a fine-grained token, it tries.

    Raises:
        ReadError: GitLab does not know the token, or does not answer.
    """
    found = check_itself(gitlab, today)
    for target in one_of_each_owner(plan):
        problems = _role(gitlab, target)
        if found.granular and not problems:
            tried = try_to_write(gitlab.variables(), target)
            problems, notes = tried.problems, tried.notes
            found.notes += notes
        found.problems += problems
    return found


def check_itself(gitlab: GitLabApi, today: date) -> TokenFindings:
    """Checks the token itself: its scopes and its expiry. No target is looked up.

    Raises:
        ReadError: GitLab does not know the token, or does not answer.
    """
    found = TokenFindings()
    try:
        about = gitlab.get(_SELF)
    except ReadError as error:
        if not error.missing:
            raise
        found.granular = True
        found.notes.append(
            f"{error.missing}: it cannot be renewed, and nobody knows when it expires; create a fine-grained token "
            f"with {ON_ITSELF} too, or replace it by hand in time"
        )
        return found
    listed: Any = about.get("scopes")
    scopes = [str(scope) for scope in cast("list[Any]", listed)] if isinstance(listed, list) else []
    found.granular = scopes == [GRANULAR]
    if _SCOPE not in scopes and not found.granular:
        got = ", ".join(scopes) or "none"
        found.problems.append(
            f"scope: got {got}; create a fine-grained token with {ON_VARIABLES}, or before GitLab 19.2 one with "
            f"{_SCOPE}: no other scope can write variables"
        )
    if about.get("active") is False or about.get("revoked"):
        found.problems.append("it is revoked or has expired; create a new one")
    if expires_at := about.get("expires_at"):
        try:
            days = (date.fromisoformat(expires_at) - today).days
        except (TypeError, ValueError):
            raise ReadError(_SELF, HTTPStatus.OK) from None
        if days < _FEWEST_DAYS:
            advice = f"create one that lasts {_FEWEST_DAYS} days or more"
            found.problems.append(f"expiry: it ends in {days} days, on {expires_at}; {advice}")
    return found


def one_of_each_owner(plan: Plan) -> list[Target]:
    """One variable for each project, group or instance in the plan."""
    owners = {(target.owner_kind, target.owner): target for target in reversed(plans.variables(plan))}
    return list(reversed(owners.values()))


def try_to_write(gitlab: GitLab, target: Target) -> TokenFindings:
    """Reads one of our variables, and writes it back unchanged, without sending its value."""
    found = TokenFindings()
    try:
        variable = gitlab.variable(target)
        if variable is None:
            found.notes.append(f"{target.name}: does not exist yet, so the token could not be tried on it")
            return found
        flags = {key: flag for key, flag in variable.flags.items() if flag is not None}
        as_it_is = replace(target, flags=replace(target.flags, **flags))
        gitlab.update(as_it_is, None, None, hidden=bool(flags.get("hidden")))
    except GitLabError as error:
        found.problems.append(f"{error}; a fine-grained token needs {ON_VARIABLES} on each project and group")
    return found


def _role(gitlab: GitLabApi, target: Target) -> list[str]:
    """What is wrong with the role: GitLab shows variables to exactly those who may write them."""
    kind, name = target.owner_kind, target.owner_name
    try:
        gitlab.may_list(variables_of(LEVEL[kind], target.owner))
    except ReadError as error:
        if error.missing:
            return [f"{name}: {error.missing}; a fine-grained token needs {ON_VARIABLES} there"]
        if kind is OwnerKind.INSTANCE:
            advice = (
                "only an administrator's token writes its variables, where Admin Mode is on with the scope admin_mode"
            )
            return [f"{name}: {error}; {advice}"]
        role = "Maintainer" if kind is OwnerKind.PROJECT else "Owner"
        if error.status == _FORBIDDEN:
            return [f"{name}: its role is too low; give the token's user the role {role} there"]
        return [f"{name}: {error}; check the path, and that the token's user is a member with the role {role}"]
    return []

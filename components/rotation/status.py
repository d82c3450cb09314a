"""How each target is, read from GitLab alone: nothing is written, nothing minted."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from ..documents.plan import Plan, Target
from ..documents.schedule import TOKEN_LIFE
from ..documents.variable_description import valid_until
from .gitlab import GitLab, GitLabError
from .keys import Keys
from .outside import Outside

_ENDING: Final = timedelta(hours=2)


class Health(Enum):
    """How a target is."""

    GOOD = "good"
    ENDING = "ending"
    ENDED = "ended"
    WAITING = "waiting"
    MISSING = "missing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class TargetStatus:
    """One target.

    Attributes:
        target: the variable.
        hosts: the registry hosts that it is for.
        valid_until: the end of its token; None when no rotation wrote it.
        last_rotation: about when it was written, as far as its token's end tells.
        health: good, ending within two hours, ended, waiting for its first rotation, missing, or unreadable.
        reason: one line, where it is not good.
    """

    target: Target
    hosts: Sequence[str]
    valid_until: datetime | None
    last_rotation: datetime | None
    health: Health
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """The status as JSON holds it."""
        return {
            "target": self.target.name,
            "registries": list(self.hosts),
            "valid_until": None if self.valid_until is None else self.valid_until.isoformat(),
            "last_rotation": None if self.last_rotation is None else self.last_rotation.isoformat(),
            "health": self.health.value,
            "reason": self.reason,
        }


def status(plan: Plan, outside: Outside) -> list[TargetStatus]:
    """The status of each target, in the plan's order; a target that cannot be read is one line, never the end."""
    keys = Keys(plan, outside)

    def of(target: Target) -> TargetStatus:
        return _of(target, plan, keys.gitlabs[target.token], outside.clock.now())

    with ThreadPoolExecutor(max_workers=plan.gitlab.concurrency) as pool:
        return list(pool.map(of, plan.targets))


def _of(target: Target, plan: Plan, gitlab: GitLab | str, now: datetime) -> TargetStatus:
    registries = [registry for audience in target.audiences for registry in plan.audiences[audience].registries]
    hosts = [host for registry in registries for host in registry.hosts]

    def told(health: Health, reason: str = "", until: datetime | None = None) -> TargetStatus:
        return TargetStatus(target, hosts, until, until and until - TOKEN_LIFE, health, reason)

    if isinstance(gitlab, str):
        return told(Health.UNREADABLE, gitlab)
    try:
        variable = gitlab.variable(target)
    except GitLabError as error:
        return told(Health.UNREADABLE, str(error))
    if variable is None:
        return told(Health.MISSING, "nobody has this variable; the next rotation creates it")
    until = valid_until(variable.description)
    return told(*_health(until, now), until)


def _health(until: datetime | None, now: datetime) -> tuple[Health, str]:
    if until is None:
        return Health.WAITING, "no rotation wrote it yet, or its description was changed by hand"
    if until <= now:
        return Health.ENDED, "its token has ended: pipelines cannot pull with it"
    if until - now < _ENDING:
        return Health.ENDING, "its token ends within two hours and was not replaced"
    return Health.GOOD, ""

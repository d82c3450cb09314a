"""One run: its plan, its services, and when it started."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..contract.firing import FiredBy
from ..contract.plan import Plan
from .services import Services

_NEW_ROLE_SECONDS: Final = 90.0  # IAM is eventually consistent: a role of this `up` may be refused for a minute
NEW_ROLE_PAUSE: Final = 5.0
_THREADS: Final = 16


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        plan: what to do.
        services: the services to use.
        fired_by: who started it.
        id: a name for this run; a retry of a failed run has the same name.
        started: when it started.
        begin: the same by the monotonic clock.
    """

    plan: Plan
    services: Services
    fired_by: FiredBy
    id: str
    started: datetime
    begin: float

    @property
    def threads(self) -> int:
        """How many items to work on at once."""
        return threads(self.plan)

    @property
    def remaining(self) -> float:
        """Seconds until the run has to end."""
        return self.services.deadline.remaining()

    @property
    def patience(self) -> float:
        """For how many more seconds the run waits for new roles to work."""
        at_deploy = _NEW_ROLE_SECONDS if self.fired_by is FiredBy.DEPLOY else 0.0
        return min(self.begin + at_deploy - self.services.clock.monotonic(), self.remaining)


def threads(plan: Plan) -> int:
    """How many items to work on at once: as many as the plan says, or without GitLab the default."""
    return plan.gitlab.concurrency if plan.gitlab else _THREADS

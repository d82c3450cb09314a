"""What became of each item of a rotation. It holds no value, only names and times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ..contract.plan import KeyUser, TokenTarget


class Status(Enum):
    """What became of a target."""

    PUBLISHED = "published"
    KEPT = "kept"
    FAILED = "failed"
    GONE = "gone"
    WAITING = "waiting"
    LEFT = "left"


@dataclass(frozen=True)
class TargetResult:
    """One target of one rotation.

    Attributes:
        target: the variable.
        status: what became of it.
        reason: one line, empty when it was published.
        expires_at: until when the token it now holds is good, where that is known.
        absent: GitLab says that its owner is deleted, archived or out of reach.
        known: an earlier run wrote it as it is declared now, or failed to: no news of this `up`.
        notes: what a person should know of it, a line each.
    """

    target: TokenTarget
    status: Status
    reason: str
    expires_at: datetime | None
    absent: bool = False
    known: bool = False
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class KeyResult:
    """The access keys of one user in one rotation.

    Attributes:
        user: whose.
        status: published when a variable was written.
        reason: one line, empty when all is as it should be.
        ending: of the key whose whole pair is published; empty when there is none.
        made: when that key was.
        notes: keys that the rotator did not make, a line each.
        absent, known: as of a target.
    """

    user: KeyUser
    status: Status
    reason: str
    ending: str = ""
    made: datetime | None = None
    notes: Sequence[str] = ()
    absent: bool = False
    known: bool = False

    @property
    def target(self) -> KeyUser:
        """What messages name."""
        return self.user


@dataclass(frozen=True)
class AudienceResult:
    """One audience of one rotation; `reason` is empty when its tokens were minted and proven."""

    audience: str
    reason: str
    expires_at: datetime | None

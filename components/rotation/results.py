"""The results of a rotation, one for each item. They hold names and times, never a variable's value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ..contract.plan import KeyUser, SecretTarget, TokenTarget


class Status(Enum):
    """The outcome for a target."""

    PUBLISHED = "published"
    KEPT = "kept"
    FAILED = "failed"
    GONE = "gone"
    WAITING = "waiting"
    LEFT = "left"


@dataclass(frozen=True)
class TargetResult:
    """The result for one target of a rotation.

    Attributes:
        target: the variable, or the secret.
        status: the outcome.
        reason: why, in one line; empty when it was published.
        expires_at: when the token that it now holds expires, if that is known.
        absent: whether GitLab says that its owner is deleted, archived or not accessible.
        known: whether an earlier run wrote it as it is declared now, or failed to; then a failure is not new in this
            `up`.
        notes: what a person should know about it, a line each.
    """

    target: TokenTarget | SecretTarget
    status: Status
    reason: str
    expires_at: datetime | None
    absent: bool = False
    known: bool = False
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class KeyResult:
    """The result for the access keys of one user in a rotation.

    Attributes:
        user: the user.
        status: the outcome; `published` when a variable was written.
        reason: why, in one line; empty when all is well.
        ending: the last characters of the key whose complete pair is published; empty when there is none.
        made: when that key was made.
        notes: keys that the rotator did not make, a line each.
        absent, known: as for a target.
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
        """The user, under the name that both kinds of results share."""
        return self.user


@dataclass(frozen=True)
class AudienceResult:
    """The result for one audience of a rotation. `reason` is empty when its tokens were minted and verified."""

    audience: str
    reason: str
    expires_at: datetime | None

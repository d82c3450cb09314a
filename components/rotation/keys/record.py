"""The rotator's record of a user's keys: tags on the user itself, so that no run can lose them.

Tags hold no secret. An unreadable tag is ignored, and rewritten when needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ...contract.key_tags import CURRENT, MAKING, PENDING, PREVIOUS
from ..secret import Secret

_NONE: Final = "none"
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Claim:
    """A run's claim, written before it makes a key, so that whatever a crash leaves behind can be attributed to it.

    Attributes:
        begin: when the claim was written.
        end: when that run has certainly ended.
        run: the run's name; a retry of the run has the same one.
    """

    begin: datetime
    end: datetime
    run: str


@dataclass(frozen=True)
class Record:
    """The keys that the rotator made.

    Attributes:
        claim: the last claim that has not led to a published pair.
        pending: a key that was made and is not known to be published.
        current: the published key.
        previous: the key that was published before.
    """

    claim: Claim | None = None
    pending: Secret | None = None
    current: Secret | None = None
    previous: Secret | None = None

    @property
    def known(self) -> frozenset[Secret]:
        """Every key that the record names."""
        return frozenset(key for key in (self.pending, self.current, self.previous) if key is not None)


def record(tags: Mapping[str, str]) -> Record:
    """Reads the record from the tags."""
    pending, current, previous = (_key(tags.get(tag, _NONE)) for tag in (PENDING, CURRENT, PREVIOUS))
    return Record(_claim(tags.get(MAKING, _NONE)), pending, current, previous)


def key_text(key_id: Secret | None) -> str:
    """A key as a tag's value."""
    return _NONE if key_id is None else key_id.reveal()


def claim_text(claim: Claim | None) -> str:
    """A claim as a tag's value, in characters that IAM allows."""
    if claim is None:
        return _NONE
    return f"{claim.begin.astimezone(UTC):{_TIME}} {claim.end.astimezone(UTC):{_TIME}} {claim.run}"


def _key(text: str) -> Secret | None:
    return None if text in ("", _NONE) else Secret(text)


def _claim(text: str) -> Claim | None:
    begin, _, rest = text.partition(" ")
    end, _, run = rest.partition(" ")
    try:
        return Claim(
            datetime.strptime(begin, _TIME).replace(tzinfo=UTC), datetime.strptime(end, _TIME).replace(tzinfo=UTC), run
        )
    except ValueError:
        return None

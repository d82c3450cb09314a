"""What the rotator remembers of a user's keys: tags on the user itself, so that no run can lose them.

No secret stands in a tag. A tag that somebody changed into nonsense says nothing, and is written anew when it matters.
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
class Making:
    """A run's claim, written before it makes a key: whatever a crash leaves behind is known to be its.

    Attributes:
        begin: when it was written.
        end: when that run is over, one way or the other.
        run: its name; a repetition of the run has the same one.
    """

    begin: datetime
    end: datetime
    run: str


@dataclass(frozen=True)
class Record:
    """The keys that are the rotator's.

    Attributes:
        making: the last claim that has not become a published pair.
        pending: made, and not known to be published.
        current: the published one.
        previous: published before.
    """

    making: Making | None = None
    pending: Secret | None = None
    current: Secret | None = None
    previous: Secret | None = None

    @property
    def known(self) -> frozenset[Secret]:
        """Every key that it names."""
        return frozenset(key for key in (self.pending, self.current, self.previous) if key is not None)


def record(tags: Mapping[str, str]) -> Record:
    """What the tags say."""
    pending, current, previous = (_key(tags.get(tag, _NONE)) for tag in (PENDING, CURRENT, PREVIOUS))
    return Record(_making(tags.get(MAKING, _NONE)), pending, current, previous)


def key_text(key_id: Secret | None) -> str:
    """A key as a tag's value."""
    return _NONE if key_id is None else key_id.reveal()


def making_text(making: Making | None) -> str:
    """A claim as a tag's value, of characters that IAM takes."""
    if making is None:
        return _NONE
    return f"{making.begin.astimezone(UTC):{_TIME}} {making.end.astimezone(UTC):{_TIME}} {making.run}"


def _key(text: str) -> Secret | None:
    return None if text in ("", _NONE) else Secret(text)


def _making(text: str) -> Making | None:
    begin, _, rest = text.partition(" ")
    end, _, run = rest.partition(" ")
    try:
        return Making(
            datetime.strptime(begin, _TIME).replace(tzinfo=UTC), datetime.strptime(end, _TIME).replace(tzinfo=UTC), run
        )
    except ValueError:
        return None

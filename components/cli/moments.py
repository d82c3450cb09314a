"""A moment as a person takes it in: how far it is first, and the date behind."""

from datetime import datetime, timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def distance(moment: datetime, now: datetime) -> str:
    """How far a moment is, in its two largest units: `in 11 h 42 min`, `3 d 4 h ago`, `now`."""
    length = abs(moment - now)
    if length < _MINUTE:
        return "now"
    days, hours, minutes = length // _DAY, length % _DAY // _HOUR, length % _HOUR // _MINUTE
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    first = next(index for index, (count, _) in enumerate(parts) if count)
    told = " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)
    return f"in {told}" if moment > now else f"{told} ago"


def minute(moment: datetime | None) -> str:
    """The date for programs, and for whoever compares two of them; empty when there is none."""
    return "" if moment is None else f"{moment:%Y-%m-%dT%H:%MZ}"

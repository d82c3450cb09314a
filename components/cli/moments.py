"""Moments as a person reads them: how far away it is, then the date."""

from datetime import datetime, timedelta
from typing import Final

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def distance(moment: datetime, now: datetime) -> str:
    """How far away a moment is, in its two largest units: `in 11 h 42 min`, `3 d 4 h ago`, `now`."""
    length = abs(moment - now)
    if length < _MINUTE:
        return "now"
    days, hours, minutes = length // _DAY, length % _DAY // _HOUR, length % _HOUR // _MINUTE
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    first = next(index for index, (count, _) in enumerate(parts) if count)
    length_text = " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)
    return f"in {length_text}" if moment > now else f"{length_text} ago"


def minute(moment: datetime | None) -> str:
    """A moment to the minute, for programs and for comparing two of them; empty when there is none."""
    return "" if moment is None else f"{moment:%Y-%m-%dT%H:%MZ}"

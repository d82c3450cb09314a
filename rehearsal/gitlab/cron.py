"""Cron expressions as pipeline schedules have them: five fields, to the minute, read by the clock of a time zone."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MINUTE = timedelta(minutes=1)
_FARTHEST = 366 * 24 * 60


def zone(name: str) -> tzinfo:
    """The time zone of a name such as `Europe/Berlin`.

    Raises:
        ValueError: there is none of that name.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(name) from None


def next_run(expression: str, after: datetime, timezone: str = "UTC") -> datetime:
    """The first minute after `after` that the expression names on the clocks of a time zone, in UTC.

    Raises:
        ValueError: it is no expression, names no minute within a year, or there is no such time zone.
    """
    clock = zone(timezone)
    fields = expression.split()
    if len(fields) != len(_RANGES):
        raise ValueError(expression)
    minutes, hours, days, months, weekdays = (_values(text, *ends) for text, ends in zip(fields, _RANGES, strict=True))
    moment = after.astimezone(UTC).replace(second=0, microsecond=0)
    for _ in range(_FARTHEST):
        moment += _MINUTE  # in UTC, so that an hour that the clocks skip is no minute, and one that they repeat is two
        there = moment.astimezone(clock)
        fits = there.minute in minutes and there.hour in hours and there.month in months
        if fits and there.day in days and there.isoweekday() % 7 in weekdays:
            return moment
    raise ValueError(expression)


def _values(text: str, lowest: int, highest: int) -> set[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        low = lowest if span == "*" else int(first)
        high = highest if span == "*" or (step and not dash) else int(last) if dash else low
        if not lowest <= low <= high <= highest:
            raise ValueError(text)
        values |= set(range(low, high + 1, int(step or 1)))
    return values

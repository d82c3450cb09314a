"""Cron expressions as pipeline schedules have them: five fields, read in UTC, to the minute."""

from datetime import datetime, timedelta

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MINUTE = timedelta(minutes=1)
_FARTHEST = 366 * 24 * 60


def next_run(expression: str, after: datetime) -> datetime:
    """The first minute after `after` that the expression names.

    Raises:
        ValueError: it is no expression, or names no minute within a year.
    """
    fields = expression.split()
    if len(fields) != len(_RANGES):
        raise ValueError(expression)
    minutes, hours, days, months, weekdays = (_values(text, *ends) for text, ends in zip(fields, _RANGES, strict=True))
    moment = after.replace(second=0, microsecond=0)
    for _ in range(_FARTHEST):
        moment += _MINUTE
        fits = moment.minute in minutes and moment.hour in hours and moment.month in months
        if fits and moment.day in days and moment.isoweekday() % 7 in weekdays:
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

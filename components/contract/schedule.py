"""How often the rotator runs, how long an outage it survives, and when its alarm fires."""

import hashlib
import math
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

INTERVAL: Final = "2 hours"
"""The default time between two runs."""
TOLERATED_OUTAGE: Final = "7 hours"
"""The default time during which every run may fail without an expired token."""
TOKEN_LIFE: Final = timedelta(hours=12)  # AWS, GetAuthorizationToken; at run time its `expiresAt` is believed instead
MARGIN: Final = timedelta(hours=1)  # a job may wait this long between reading its token and pulling
_REACTION: Final = timedelta(hours=2)  # the time that an alarm leaves to the person on call
_HOUR: Final = timedelta(hours=1)
_DURATION: Final = re.compile(r"(\d{1,4}) (minute|hour|day)s?")
_SHORTEST_INTERVAL: Final = timedelta(minutes=15)  # more frequent runs cost more than they gain


def duration(text: str, where: str) -> timedelta:
    """Parses a duration such as `2 hours` or `90 minutes`.

    Raises:
        ValueError: it is not a whole number and a unit. The message begins with `where`.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{where}: got {text!r}; write a whole number and a unit, such as 2 hours or 90 minutes")
    return timedelta(**{f"{match[2]}s": int(match[1])})


def minute_of(name: str) -> int:
    """The minute of the hour at which `name` runs: derived from the name, so that stacks do not all run at once."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 60


@dataclass(frozen=True)
class Schedule:
    """A rotation schedule, checked.

    Attributes:
        interval: the time between two runs; 15 minutes or more.
        tolerate_outage: for how long every run may fail without an expired token in any variable.
    """

    interval: timedelta
    tolerate_outage: timedelta

    def __post_init__(self) -> None:
        if self.interval < _SHORTEST_INTERVAL:
            raise ValueError(f"interval: got {_words(self.interval)}; write 15 minutes or more")
        needed = math.ceil((self.interval + self.tolerate_outage) / self.interval) * self.interval + MARGIN
        if needed > TOKEN_LIFE:
            raise ValueError(
                f"interval: with {_words(self.interval)} and an outage of {_words(self.tolerate_outage)}, a token may "
                f"have to live {_words(needed)} (a margin of {_words(MARGIN)} included), but ECR's tokens live "
                f"{_words(TOKEN_LIFE)}; write a shorter interval, such as 2 hours, or a shorter `tolerate_outage`"
            )
        if (self.alarm_hours + 1) * _HOUR + _REACTION > TOKEN_LIFE:
            raise ValueError(
                f"interval: with {_words(self.interval)}, its alarm could not fire {_words(_REACTION)} before the end "
                "of the tokens; write a shorter interval, such as 2 hours"
            )

    @property
    def expression(self) -> str:
        """The expression for EventBridge Scheduler. The first run of a rate comes one interval after its creation."""
        minutes = int(self.interval / timedelta(minutes=1))
        amount, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
        return f"rate({amount} {unit}{'' if amount == 1 else 's'})"

    def cron(self, minute: int) -> str:
        """The same as a cron expression, for schedulers without rates; `minute` is the minute of the hour.

        Raises:
            ValueError: cron restarts at midnight or on the hour, and would leave an irregular gap there.
        """
        minutes = int(self.interval / timedelta(minutes=1))
        hours, rest = divmod(minutes, 60)
        if not hours and 60 % minutes == 0:
            return f"{minute % minutes}-59/{minutes} * * * *"
        if hours and not rest and 24 % hours == 0:
            return f"{minute} {'*' if hours == 1 else f'*/{hours}'} * * *"
        raise ValueError(
            f"interval: got {_words(self.interval)}; a pipeline schedule is a cron expression, so write a divisor of "
            f"an hour or a day: 15, 20 or 30 minutes, or 1, 2, 3, 4 or 6 hours"
        )

    @property
    def alarm_hours(self) -> int:
        """How many whole hours without a success make the alarm fire: one missed run and an hour or two."""
        return math.ceil(self.interval / _HOUR) + 2

    @property
    def ending_seconds(self) -> int:
        """The alarm for a target fires when its token has fewer than these seconds left.

        The first run that falls below it still leaves `_REACTION` or more; a healthy run is far above it.
        """
        return int((self.interval + _REACTION + MARGIN).total_seconds())

    @property
    def period_seconds(self) -> int:
        """The interval as a period of CloudWatch, in whole minutes."""
        return math.ceil(self.interval / timedelta(minutes=1)) * 60


def _words(time: timedelta) -> str:
    minutes = int(time / timedelta(minutes=1))
    amount, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{amount} {unit}{'' if amount == 1 else 's'}"

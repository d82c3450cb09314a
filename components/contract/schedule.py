"""How often the rotator runs, what outage that survives, and when its alarm fires."""

import hashlib
import math
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

INTERVAL: Final = "2 hours"
"""From one run to the next, unless a declaration says otherwise."""
TOLERATED_OUTAGE: Final = "7 hours"
"""For how long every run may fail, unless a declaration says otherwise."""
TOKEN_LIFE: Final = timedelta(hours=12)  # AWS, GetAuthorizationToken; at run time its `expiresAt` is believed instead
MARGIN: Final = timedelta(hours=1)  # a job may wait this long between its token's publication check and its pull
_REACTION: Final = timedelta(hours=2)  # what an alarm leaves to the person on call
_HOUR: Final = timedelta(hours=1)
_DURATION: Final = re.compile(r"(\d{1,4}) (minute|hour|day)s?")
_SHORTEST_INTERVAL: Final = timedelta(minutes=15)  # below that the runs cost more than they keep valid


def duration(text: str, where: str) -> timedelta:
    """The time that a text such as `2 hours` or `90 minutes` names.

    Raises:
        ValueError: not a whole number and a unit; names `where`.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{where}: got {text!r}; write a whole number and a unit, such as 2 hours or 90 minutes")
    return timedelta(**{f"{match[2]}s": int(match[1])})


def minute_of(name: str) -> int:
    """The minute of the hour at which `name` runs: always the same, and not everybody's."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 60


@dataclass(frozen=True)
class Schedule:
    """A rotation schedule, checked.

    Attributes:
        interval: from one run to the next; 15 minutes or more.
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
        """EventBridge Scheduler's expression; a rate's first run comes one interval after its creation."""
        minutes = int(self.interval / timedelta(minutes=1))
        amount, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
        return f"rate({amount} {unit}{'' if amount == 1 else 's'})"

    def cron(self, minute: int) -> str:
        """The same in cron's words, for a clock that knows no rate; `minute` says when in the hour.

        Raises:
            ValueError: cron would start anew at midnight or at the full hour, and leave a gap of another length there.
        """
        minutes = int(self.interval / timedelta(minutes=1))
        hours, rest = divmod(minutes, 60)
        if not hours and 60 % minutes == 0:
            return f"{minute % minutes}-59/{minutes} * * * *"
        if hours and not rest and 24 % hours == 0:
            return f"{minute} {'*' if hours == 1 else f'*/{hours}'} * * *"
        raise ValueError(
            f"interval: got {_words(self.interval)}; a pipeline schedule follows the clock, so write what divides the "
            "hour or the day: 15, 20 or 30 minutes, or 1, 2, 3, 4 or 6 hours"
        )

    @property
    def alarm_hours(self) -> int:
        """After how many whole hours without a success the alarm fires: one missed run and an hour or two."""
        return math.ceil(self.interval / _HOUR) + 2

    @property
    def ending_seconds(self) -> int:
        """With how little left in any one target its alarm fires.

        The first run that sees less still sees `_REACTION` and more, and every healthy run sees far more.
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

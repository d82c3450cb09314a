"""The rotator's clock, which tests replace."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

_T = TypeVar("_T")
_CHANCE = random.Random()  # noqa: S311 - spreads retries, guards nothing; the program's own numbers are left alone


class Clock(Protocol):
    """What the rotator needs from a clock."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds of a monotonic clock."""
        ...

    def sleep(self, seconds: float) -> None:
        """Waits."""
        ...

    def jitter(self) -> float:
        """A random number from 0 to 1, so that waiters do not all retry at once."""
        ...

    def retry(
        self,
        attempt: Callable[[], _T],
        is_temporary: Callable[[Exception], bool],
        *,
        within: float,
        pause: float,
        longest: float,
    ) -> _T:
        """The result of `attempt`, repeated while it fails with a temporary error.

        Args:
            attempt: may be called any number of times.
            is_temporary: whether an error will go away by itself.
            within: seconds; no attempt starts later.
            pause: approximate seconds before the second attempt; doubled for each further one.
            longest: the longest pause.

        Raises:
            Exception: the error of the last attempt.
        """
        give_up = self.monotonic() + within
        while True:
            try:
                return attempt()
            except Exception as error:
                wait = pause * (0.5 + self.jitter())
                if not is_temporary(error) or self.monotonic() + wait > give_up:
                    raise
                self.sleep(wait)
                pause = min(longest, 2 * pause)


class SystemClock(Clock):
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def jitter(self) -> float:
        return _CHANCE.random()


class Deadline:
    """The end of a run: nothing starts after it, and nothing waits longer.

    Attributes:
        clock: the clock that measures it.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self._end = clock.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left; not below zero."""
        return max(0.0, self._end - self.clock.monotonic())

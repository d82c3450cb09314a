"""Time as the rotator sees it; tests put their own in its place."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

_T = TypeVar("_T")


class Clock(Protocol):
    """What the rotator asks of time."""

    def now(self) -> datetime:
        """The time of day, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow."""
        ...

    def sleep(self, seconds: float) -> None:
        """Waits."""
        ...

    def jitter(self) -> float:
        """A random number from 0 to 1, so that many waiters do not come back at once."""
        ...

    def retry(
        self,
        attempt: Callable[[], _T],
        passes: Callable[[Exception], bool],
        *,
        within: float,
        pause: float,
        longest: float,
    ) -> _T:
        """What `attempt` gives, asked for again while its error is one that passes.

        Args:
            attempt: may be made any number of times.
            passes: whether an error goes away by itself.
            within: seconds; no attempt begins later.
            pause: seconds before the second attempt, about; each further one is twice as long.
            longest: and at most this long.

        Raises:
            Exception: the last attempt's.
        """
        give_up = self.monotonic() + within
        while True:
            try:
                return attempt()
            except Exception as error:
                wait = pause * (0.5 + self.jitter())
                if not passes(error) or self.monotonic() + wait > give_up:
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
        return random.random()  # noqa: S311 - spreads retries, guards nothing


class Deadline:
    """The end of a run: nothing is begun, and nothing waits, past it."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._end = clock.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left; not below zero."""
        return max(0.0, self._end - self._clock.monotonic())

"""Limits the rate of requests to what the plan allows."""

import threading
from typing import Final

from .clock import Clock

_CATCHES_UP: Final = 0.1  # seconds: what was not sent within the last ones may follow at once


class Pace:
    """Spreads requests over time; shared by all threads of a run.

    Threads that are late by a moment may catch up. Otherwise every delay would lower the rate, although the limits of
    servers are for a second at least, and mostly for a minute.
    """

    def __init__(self, clock: Clock, per_second: float) -> None:
        self._clock = clock
        self._gap = 1 / per_second
        self._next = clock.monotonic()
        self._lock = threading.Lock()

    def wait(self, longest: float) -> bool:
        """Waits until the next request may start; returns False at once if that is too many seconds away."""
        with self._lock:
            now = self._clock.monotonic()
            seconds = self._next - now
            if seconds > longest:
                return False
            self._next = max(self._next, now - _CATCHES_UP) + self._gap
        if seconds > 0:
            self._clock.sleep(seconds)
        return True

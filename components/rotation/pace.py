"""Limits the rate of requests to what the plan allows."""

import threading

from .clock import Clock


class Pace:
    """Spreads requests evenly over time; shared by all threads of a run."""

    def __init__(self, clock: Clock, per_second: float) -> None:
        self._clock = clock
        self._gap = 1 / per_second
        self._next = clock.monotonic()
        self._lock = threading.Lock()

    def wait(self, longest: float) -> bool:
        """Waits until the next request may start; returns False at once if that is too many seconds away."""
        with self._lock:
            now = self._clock.monotonic()
            begin = max(now, self._next)
            if begin - now > longest:
                return False
            self._next = begin + self._gap
        if begin > now:
            self._clock.sleep(begin - now)
        return True

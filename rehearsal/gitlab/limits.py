"""GitLab's request limiter: plain text, and headers that say when to come back."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from threading import Lock

from .messages import Reply

_PERIOD = 60


def throttled(limit: int, observed: int, now: float, retry_after: int | None = None) -> Reply:
    reset = int(now) - int(now) % _PERIOD + _PERIOD if retry_after is None else int(now) + retry_after
    return Reply(
        HTTPStatus.TOO_MANY_REQUESTS,
        b"Retry later\n",
        {
            "RateLimit-Name": "throttle_authenticated_api",
            "RateLimit-Limit": str(limit),
            "RateLimit-Observed": str(observed),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(reset),
            "RateLimit-ResetTime": format_datetime(datetime.fromtimestamp(reset, UTC), usegmt=True),
            "Retry-After": str(reset - int(now)),
        },
        "text/plain",
    )


class Limiter:
    """Counts per client in whole minutes; no limit until one is set."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.per_minute: int | None = None
        self._now = now
        self._minute = 0
        self._counts: dict[str, int] = {}
        self._lock = Lock()

    def refusal(self, client: str) -> Reply | None:
        if self.per_minute is None:
            return None
        now = self._now().timestamp()
        with self._lock:
            if int(now) // _PERIOD != self._minute:
                self._minute, self._counts = int(now) // _PERIOD, {}
            observed = self._counts[client] = self._counts.get(client, 0) + 1
        return throttled(self.per_minute, observed, now) if observed > self.per_minute else None

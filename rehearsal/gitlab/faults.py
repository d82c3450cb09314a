"""Faults that a test or the rehearsal puts between a client and the emulator."""

import re
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock

from .limits import throttled
from .messages import Reply, json_reply

_PROXY_PAGE = "<html>\r\n<head><title>{}</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
_BODIES: dict[int, dict[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"message": "401 Unauthorized"},
    HTTPStatus.FORBIDDEN: {"message": "403 Forbidden"},
    HTTPStatus.NOT_FOUND: {"message": "404 Project Not Found"},
    HTTPStatus.CONFLICT: {"message": "409 Conflict"},
    HTTPStatus.INTERNAL_SERVER_ERROR: {"message": "500 Internal Server Error"},
}


@dataclass
class Fault:
    """Hits requests with this method whose raw path contains a match of `path`, a regular expression.

    The first `skip` of them pass; then `times` are hit, or all until it is removed with `times=None`.
    Exactly one effect: `status` (GitLab's usual body; 429 as the limiter sends it, any other a proxy's HTML),
    `redirect` (302 to this URL), `reset` (the connection breaks), `truncate` (half of the body, then the connection
    breaks) or only `delay` in seconds, which also combines with the others. With `carried_out` the
    request has its effect before the answer is lost; `truncate` and a lone `delay` always carry it out.
    """

    method: str | None = None
    path: str = ""
    times: int | None = 1
    skip: int = 0
    status: int | None = None
    redirect: str | None = None
    reset: bool = False
    truncate: bool = False
    delay: float = 0.0
    retry_after: int = 60
    carried_out: bool = False
    hits: int = 0

    def __post_init__(self) -> None:
        effects = [self.status is not None, self.redirect is not None, self.reset, self.truncate]
        if sum(effects) > 1 or not (any(effects) or self.delay):
            raise ValueError("Fault: give exactly one of status, redirect, reset and truncate, or only a delay")
        if self.truncate or not any(effects):
            self.carried_out = True

    def concerns(self, method: str, path: str) -> bool:
        return self.method in (None, method) and re.search(self.path, path) is not None

    def answer(self, now: float) -> Reply | None:
        """What replaces the API's reply, if anything does."""
        if self.redirect is not None:
            return Reply(HTTPStatus.FOUND, b"", {"Location": self.redirect}, "text/html")
        if self.status is None:
            return None
        if self.status == HTTPStatus.TOO_MANY_REQUESTS:
            return throttled(limit=1, observed=2, now=now, retry_after=self.retry_after)
        if self.status in _BODIES:
            return json_reply(_BODIES[self.status], self.status)
        page = _PROXY_PAGE.format(f"{self.status} {HTTPStatus(self.status).phrase}")
        return Reply(self.status, page.encode(), {}, "text/html")


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def remove(self, fault: Fault) -> None:
        with self._lock:
            self._faults = [each for each in self._faults if each is not fault]

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request; each matching one counts it."""
        with self._lock:
            for fault in self._faults:
                if not fault.concerns(method, path) or fault.times == 0:
                    continue
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.hits += 1
                if fault.times is not None:
                    fault.times -= 1
                return fault
            return None

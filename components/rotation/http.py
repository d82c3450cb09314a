"""One HTTP client for GitLab and for the registries: bounded in time, size and repetition, and never redirected."""

import json
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import urllib3

from .clock import Clock, Deadline

_CONNECT_SECONDS: Final = 5.0
_READ_SECONDS: Final = 15.0
_ATTEMPTS: Final = 5
_ANSWER_LIMIT: Final = 1 << 20  # a variable, a manifest's head, an error page: none comes near 1 MiB
_TRANSIENT: Final = frozenset({429, 500, 502, 503, 504})
_REPEATABLE: Final = frozenset({"GET", "HEAD", "PUT"})
_LONGEST_WAIT_SECONDS: Final = 30.0


class UnreachableError(Exception):
    """No answer came, after all attempts that the deadline allowed. Names the host and the reason, never a header."""


@dataclass(frozen=True)
class Response:
    """An answer, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body's JSON value, or None when it is none (an error page of a proxy, a text)."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Http(Protocol):
    """What the rotator asks of HTTP."""

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
        """The answer to a request, whatever its status."""
        ...


class PooledHttp:
    """Kept-alive connections, proxies from the environment, TLS verified against the system's CAs and `ca_bundle`."""

    def __init__(
        self,
        clock: Clock,
        deadline: Deadline,
        *,
        connections: int,
        ca_bundle: str | None = None,
        answer_limit: int = _ANSWER_LIMIT,
    ) -> None:
        self._clock = clock
        self._deadline = deadline
        self._connections = connections
        self._answer_limit = answer_limit
        self._trust = ssl.create_default_context()
        if ca_bundle is not None:
            self._trust.load_verify_locations(cadata=ca_bundle)
        self._pools: dict[str | None, urllib3.PoolManager] = {}

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
        """The answer; 429 and failing servers are asked again, what must not be repeated is not.

        Raises:
            UnreachableError: no answer within the attempts and the deadline.
        """
        attempt = 1
        while True:
            try:
                response = self._once(method, url, headers, body)
            except urllib3.exceptions.HTTPError as error:
                failure, wait = f"{urlsplit(url).netloc}: {_reason(error)}", None
                repeatable = method in _REPEATABLE
            else:
                if response.status not in _TRANSIENT:
                    return response
                failure, wait = "", response.headers.get("Retry-After", "")
                repeatable = method in _REPEATABLE or response.status == 429  # noqa: PLR2004 - HTTP's own number
                if not self._may_repeat(attempt, repeatable, wait):
                    return response
            if failure and not self._may_repeat(attempt, repeatable, wait):
                raise UnreachableError(failure)
            self._clock.sleep(self._pause(attempt, wait))
            attempt += 1

    def _once(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        remaining = self._deadline.remaining()
        timeout = urllib3.Timeout(
            connect=min(_CONNECT_SECONDS, remaining + 0.1), read=min(_READ_SECONDS, remaining + 0.1)
        )
        answer = self._pool(url).request(
            method, url, headers=dict(headers), body=body, timeout=timeout,
            retries=False, redirect=False, preload_content=False, decode_content=True,
        )  # fmt: skip
        content = answer.read(self._answer_limit + 1)
        if len(content) > self._answer_limit:
            answer.close()
            raise urllib3.exceptions.HTTPError(f"the answer is longer than {self._answer_limit} bytes")
        answer.release_conn()
        return Response(answer.status, answer.headers, content)

    def _may_repeat(self, attempt: int, repeatable: bool, wait: str | None) -> bool:
        return repeatable and attempt < _ATTEMPTS and self._pause(attempt, wait) < self._deadline.remaining()

    def _pause(self, attempt: int, retry_after: str | None) -> float:
        if retry_after and retry_after.isdigit():
            return float(retry_after)
        return min(_LONGEST_WAIT_SECONDS, 0.5 * 2**attempt * (0.5 + self._clock.jitter()))

    def _pool(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        proxy = urllib.request.getproxies().get(parts.scheme)
        if proxy and urllib.request.proxy_bypass(parts.netloc):
            proxy = None
        if proxy not in self._pools:
            settings: dict[str, Any] = {"maxsize": self._connections, "block": True, "ssl_context": self._trust}
            self._pools[proxy] = urllib3.ProxyManager(proxy, **settings) if proxy else urllib3.PoolManager(**settings)
        return self._pools[proxy]


def _reason(error: Exception) -> str:
    """Why no answer came, without the URL or a header: the innermost cause's own words."""
    cause: BaseException = error
    while (inner := cause.__cause__ or getattr(cause, "reason", None)) and isinstance(inner, BaseException):
        cause = inner
    words = str(cause) if not isinstance(cause, urllib3.exceptions.HTTPError) else type(cause).__name__
    return words or type(cause).__name__

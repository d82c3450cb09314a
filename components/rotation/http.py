"""One HTTP client for GitLab and for the registries: bounded in time, size and repetition, and never redirected."""

import json
import ssl
import threading
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import urllib3

from .clock import Clock, Deadline
from .pace import Pace
from .secret import Secret

_CONNECT_SECONDS: Final = 5.0
_READ_SECONDS: Final = 15.0
_ATTEMPTS: Final = 5
_ANSWER_LIMIT: Final = 1 << 20  # a variable, a manifest's head, an error page: none comes near 1 MiB
_CHUNK: Final = 1 << 16
_TOO_MANY: Final = 429
_TRANSIENT: Final = frozenset({_TOO_MANY, 500, 502, 503, 504})
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

    def __repr__(self) -> str:
        return f"Response({self.status})"  # a body may hold a variable's value

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


def ask_gitlab(http: Http, token: Secret, method: str, url: str, body: Mapping[str, Any] | None = None) -> Response:
    """GitLab's answer to a request with a token and, if there is one, a JSON body.

    Raises:
        UnreachableError: no answer came.
    """
    headers = {"PRIVATE-TOKEN": token.reveal(), "Accept": "application/json"}
    if body is None:
        return http.request(method, url, headers)
    return http.request(method, url, {**headers, "Content-Type": "application/json"}, json.dumps(body).encode())


class PooledHttp:
    """Kept-alive connections; TLS verified against the system's CAs and `ca_bundle`.

    Args:
        clock: waits between two attempts.
        deadline: no request and no wait goes beyond it.
        connections: to one host at once.
        ca_bundle: PEM certificates to trust besides the system's.
        proxy: goes before the environment's `HTTPS_PROXY`; `NO_PROXY` is honoured for that one only.
        allow_http: send to `http://` too; what is sent holds tokens.
        pace: bounds the requests of a second.
        answer_limit: bytes; a longer answer is none.
    """

    def __init__(
        self,
        clock: Clock,
        deadline: Deadline,
        *,
        connections: int,
        ca_bundle: str | None = None,
        proxy: str | None = None,
        allow_http: bool = False,
        pace: Pace | None = None,
        answer_limit: int = _ANSWER_LIMIT,
    ) -> None:
        self._clock = clock
        self._deadline = deadline
        self._connections = connections
        self._proxy = proxy
        self._schemes = ("https", "http") if allow_http else ("https",)
        self._pace = pace
        self._answer_limit = answer_limit
        self._trust = ssl.create_default_context()
        if ca_bundle is not None:
            self._trust.load_verify_locations(cadata=ca_bundle)
        self._pools: dict[str | None, urllib3.PoolManager] = {}
        self._proxies: dict[tuple[str, str], str | None] = {}  # reading the environment anew costs more than the rest
        self._lock = threading.Lock()

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
        """The answer; 429 and failing servers are asked again, what must not be repeated is not.

        Raises:
            UnreachableError: no answer within the attempts and the deadline.
        """
        host = urlsplit(url).netloc
        if urlsplit(url).scheme not in self._schemes:
            raise UnreachableError(f"{host}: only https is spoken here")
        attempt = 1
        while True:
            if self._pace is not None:
                self._pace.wait()
            if self._deadline.remaining() <= 0:
                raise UnreachableError(f"{host}: no time left in this run")
            try:
                response = self._once(method, url, headers, body)
            except urllib3.exceptions.HTTPError as error:
                wait = self._pause(attempt, None)
                if method not in _REPEATABLE or not self._may_wait(attempt, wait):
                    raise UnreachableError(f"{host}: {_reason(error)}") from None
            else:
                wait = self._pause(attempt, response.headers.get("Retry-After"))
                # A request that was turned away for being one too many had no effect, whatever its method.
                repeatable = method in _REPEATABLE or response.status == _TOO_MANY
                if response.status not in _TRANSIENT or not repeatable or not self._may_wait(attempt, wait):
                    return response
            self._clock.sleep(wait)
            attempt += 1

    def _once(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        remaining = self._deadline.remaining() + 0.1
        timeout = urllib3.Timeout(connect=min(_CONNECT_SECONDS, remaining), read=min(_READ_SECONDS, remaining))
        answer = self._pool(url).request(
            method, url, headers=dict(headers), body=body, timeout=timeout, retries=False, redirect=False,
            preload_content=False, decode_content=True, enforce_content_length=True,
        )  # fmt: skip
        try:
            content = self._read(answer)
        except BaseException:
            answer.close()
            raise
        answer.release_conn()
        return Response(answer.status, answer.headers, content)

    def _read(self, answer: Any) -> bytes:
        content = b""
        # Only the read after the last byte tells whether the answer was whole.
        while chunk := answer.read(_CHUNK):
            content += chunk
            if len(content) > self._answer_limit:
                raise urllib3.exceptions.HTTPError(f"the answer is longer than {self._answer_limit} bytes")
            if self._deadline.remaining() <= 0:
                raise urllib3.exceptions.HTTPError("the answer had not ended when the time of this run had")
        return content

    def _may_wait(self, attempt: int, wait: float) -> bool:
        return attempt < _ATTEMPTS and wait < self._deadline.remaining()

    def _pause(self, attempt: int, retry_after: str | None) -> float:
        if retry_after and retry_after.isdigit():
            return float(retry_after) + self._clock.jitter()
        return min(_LONGEST_WAIT_SECONDS, 0.5 * 2**attempt * (0.5 + self._clock.jitter()))

    def _pool(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        with self._lock:
            if (place := (parts.scheme, parts.netloc)) not in self._proxies:
                self._proxies[place] = self._proxy or _proxy_of_environment(*place)
            proxy = self._proxies[place]
            if proxy not in self._pools:
                settings: dict[str, Any] = {"maxsize": self._connections, "block": True, "ssl_context": self._trust}
                self._pools[proxy] = (
                    urllib3.ProxyManager(proxy, **settings) if proxy else urllib3.PoolManager(**settings)
                )
            return self._pools[proxy]


def _proxy_of_environment(scheme: str, host: str) -> str | None:
    proxy = urllib.request.getproxies().get(scheme)
    return None if proxy is None or urllib.request.proxy_bypass(host) else proxy


def _reason(error: Exception) -> str:
    """Why no answer came, without the URL or a header: the innermost cause's own words."""
    cause: BaseException = error
    while inner := next(
        (
            found
            for found in (cause.__cause__, getattr(cause, "reason", None), *cause.args)
            if isinstance(found, Exception)
        ),
        None,
    ):
        cause = inner
    if type(cause) is urllib3.exceptions.HTTPError:
        return str(cause)
    # What urllib3's own exceptions say may hold the URL.
    return type(cause).__name__ if isinstance(cause, urllib3.exceptions.HTTPError) else str(cause) or repr(cause)

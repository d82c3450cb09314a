"""The HTTP client for GitLab and the registries: limited in time, size and retries; follows no redirects."""

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ..contract.urls import host_of, url_problem
from ..docker import bounded_json
from ..docker.bounded_json import BoundedJsonError
from .bounded_socket import LimitError, budget
from .clock import Deadline
from .pace import Pace
from .pools import Pools
from .secret import Secret

_REQUEST_SECONDS: Final = 20.0  # wall-clock time, from the first byte sent to the last one received
_SILENT_SECONDS: Final = 45.0  # after so long without any answer, the request is not repeated
_ATTEMPTS: Final = 5
_ANSWER_LIMIT: Final = 1 << 20  # a variable, the headers of a manifest, an error page: none comes near 1 MiB
_HEADERS_LIMIT: Final = 1 << 17
_CHUNK: Final = 1 << 16
_TOO_MANY: Final = 429
_TRANSIENT: Final = frozenset({_TOO_MANY, 500, 502, 503, 504})
_REPEATABLE: Final = frozenset({"GET", "HEAD", "PUT"})
_LONGEST_WAIT_SECONDS: Final = 30.0
_SECONDS: Final = re.compile(r"[0-9]{1,6}")
_WORDS: Final = {
    **dict.fromkeys(("ReadTimeoutError", "ConnectTimeoutError", "TimeoutError"), "no answer in time"),
    "EmptyPoolError": "every connection to it is taken",
}
_HEADER: Final = re.compile(r"[\x20-\x7e]*")


class UnreachableError(Exception):
    """No answer came within the attempts that the deadline allowed. Names the host and the reason, never a header."""


@dataclass(frozen=True)
class Response:
    """A complete answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Response({self.status})"  # a body may hold a variable's value

    def json(self) -> Any:
        """The body's JSON value; None when it is not JSON, such as a proxy's error page."""
        try:
            return bounded_json.loads(self.body)
        except BoundedJsonError:
            return None


class Http(Protocol):
    """What the rotator needs from an HTTP client."""

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
    """A client with persistent connections; TLS is verified against the system's CAs and `ca_bundle`.

    Args:
        deadline: no request or wait exceeds it; its clock waits between two attempts.
        connections: to one host at once.
        ca_bundle: PEM certificates to trust besides the system's.
        proxy: overrides the environment's `HTTPS_PROXY`; `NO_PROXY` applies only to the latter.
        allow_http: also send to `http://`, which exposes tokens.
        pace: limits the requests per second.
        answer_limit: bytes; a longer answer is an error.
        repeats_posts: whether a `POST` that a rate limit refused is sent again.
    """

    def __init__(
        self,
        deadline: Deadline,
        *,
        connections: int,
        ca_bundle: str | None = None,
        proxy: str | None = None,
        allow_http: bool = False,
        pace: Pace | None = None,
        answer_limit: int = _ANSWER_LIMIT,
        repeats_posts: bool = True,
    ) -> None:
        self._clock = deadline.clock
        self._deadline = deadline
        self._allow_http = allow_http
        self._pace = pace
        self._answer_limit = answer_limit
        self._repeats_posts = repeats_posts
        self._pools = Pools(connections, ca_bundle, proxy)

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
        """The answer; retries after 429 and server errors, unless the request must not be repeated.

        Raises:
            UnreachableError: no answer within the attempts and the deadline.
        """
        host = host_of(url)
        if problem := url_problem(url, allow_http=self._allow_http, whole=True):
            raise UnreachableError(f"{host or 'nowhere'}: the URL {problem}")
        if wrong := sorted(name for name, value in headers.items() if not _HEADER.fullmatch(value)):
            raise UnreachableError(
                f"{host}: {', '.join(wrong)} holds a character that no header may, so nothing was sent"
            )
        started, attempt = self._clock.monotonic(), 1
        while True:
            remaining = self._deadline.remaining()
            if remaining <= 0 or (self._pace is not None and not self._pace.wait(remaining)):
                raise UnreachableError(f"{host}: no time left in this run")
            try:
                response = self._once(method, url, headers, body)
            except Exception as error:  # noqa: BLE001 - whatever a library raises for a hostile answer, it counts as no answer
                wait = self._pause(attempt, None)
                silent = self._clock.monotonic() - started > _SILENT_SECONDS
                if method not in _REPEATABLE or silent or not self._may_wait(attempt, wait):
                    raise UnreachableError(f"{host}: {_reason(error)}") from None
            else:
                if response.status not in _TRANSIENT:
                    return response
                wait = self._pause(attempt, response.headers.get("Retry-After"))
                # A request refused by a rate limit had no effect, whatever its method.
                repeatable = method in _REPEATABLE or (response.status == _TOO_MANY and self._repeats_posts)
                if not repeatable or not self._may_wait(attempt, wait):
                    return response
            self._clock.sleep(wait)
            attempt += 1

    def _once(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Response:
        seconds = min(_REQUEST_SECONDS, self._deadline.remaining() + 0.1)
        with budget(seconds, self._answer_limit + _HEADERS_LIMIT):
            answer = self._pools.request(
                method, url, headers=dict(headers), body=body, timeout=None, pool_timeout=seconds, retries=False,
                redirect=False, preload_content=False, decode_content=False, enforce_content_length=True,
            )  # fmt: skip
            try:
                content = self._read(answer)
            except BaseException:
                answer.close()  # the rest of the answer is not read, and the connection not reused
                raise
            finally:
                answer.release_conn()
        return Response(answer.status, answer.headers, content)

    def _read(self, answer: Any) -> bytes:
        # No compression was requested, and the size of a compressed answer does not show its true length.
        if answer.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            raise LimitError("the answer is compressed, which was not asked for")
        content = b""
        while chunk := answer.read(_CHUNK):
            content += chunk
            if len(content) > self._answer_limit:
                raise LimitError(f"the answer is longer than {self._answer_limit} bytes")
            if answer.length_remaining == 0:
                break  # without a length, only the read after the last byte tells whether the answer was complete
        return content

    def _may_wait(self, attempt: int, wait: float) -> bool:
        return attempt < _ATTEMPTS and wait < self._deadline.remaining()

    def _pause(self, attempt: int, retry_after: str | None) -> float:
        if retry_after and _SECONDS.fullmatch(retry_after.strip()):
            return float(retry_after) + self._clock.jitter()
        return min(_LONGEST_WAIT_SECONDS, 0.5 * 2**attempt * (0.5 + self._clock.jitter()))


def _reason(error: BaseException) -> str:
    """Why no answer came, in our own or the system's words: a library's message may hold the URL or the request."""
    while inner := next(
        (
            found
            for found in (error.__cause__, getattr(error, "reason", None), *error.args)
            if isinstance(found, Exception)
        ),
        None,
    ):
        error = inner
    if isinstance(error, LimitError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{error.reason}: {error.verify_message}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return _WORDS.get(type(error).__name__, type(error).__name__)

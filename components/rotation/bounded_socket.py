"""Sockets with a budget of time and bytes for each request, whatever the server does.

A socket's own timeout only limits the pause between two bytes, so a server that sends one byte every few seconds could
hold a request forever.
"""

import socket
import ssl
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Final, cast

from .workers import bounded

_CONNECT_SECONDS: Final = 5.0  # for one address
_NEARLY: Final = 0.02


class LimitError(OSError):
    """The request took too long, or its answer was too long. The message says which."""


class _Budget(threading.local):
    """The remaining budget of this thread's request; without one, nothing is sent."""

    end = 0.0
    received = 0
    limit = 0

    def seconds(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise LimitError("the answer did not end in time")
        return left

    def take(self, count: int) -> int:
        self.received += count
        if self.received > self.limit:
            raise LimitError(f"the answer is longer than {self.limit} bytes")
        return count


_budget: Final = _Budget()


@contextmanager
def budget(seconds: float, limit: int) -> Generator[None, None, None]:
    """Limits the time and bytes of this thread's sockets within the block."""
    _budget.end, _budget.received, _budget.limit = time.monotonic() + seconds, 0, limit
    try:
        yield
    finally:
        _budget.end = 0.0


class _Counting:
    """Each operation gets the remaining time of the request."""

    def settimeout(self, value: float | None) -> None:
        """Does nothing: only the budget limits the time, and urllib3 would remove that limit with each request."""

    def recv(self, *arguments: Any, **options: Any) -> bytes:
        self._wait_at_most()
        data = cast("bytes", cast("Any", super()).recv(*arguments, **options))
        _budget.take(len(data))
        return data

    def recv_into(self, *arguments: Any, **options: Any) -> int:
        self._wait_at_most()
        return _budget.take(cast("Any", super()).recv_into(*arguments, **options))

    def send(self, *arguments: Any, **options: Any) -> int:
        self._wait_at_most()
        return cast("Any", super()).send(*arguments, **options)

    def sendall(self, *arguments: Any, **options: Any) -> None:
        self._wait_at_most()
        cast("Any", super()).sendall(*arguments, **options)

    def _wait_at_most(self) -> None:
        self.limit(_budget.seconds())

    def limit(self, seconds: float) -> None:
        """Limits the next operation. A limit that is nearly the present one is not set: that is a system call."""
        own = cast("Any", super())
        if abs((own.gettimeout() or 0.0) - seconds) > seconds * _NEARLY:
            own.settimeout(seconds)


class PlainSocket(_Counting, socket.socket):  # pyright: ignore[reportIncompatibleMethodOverride] - it passes all arguments on
    """A TCP connection."""


class TlsSocket(_Counting, ssl.SSLSocket):  # pyright: ignore[reportIncompatibleMethodOverride] - it passes all arguments on
    """A TLS connection."""

    def do_handshake(self, block: bool = False) -> None:
        self._wait_at_most()
        super().do_handshake(block)


def connect(host: str, port: int) -> PlainSocket:
    """A connection to the first of the host's addresses that accepts one.

    Raises:
        OSError: none does, within the request's time.
    """
    found = bounded(
        lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), min(_CONNECT_SECONDS, _budget.seconds())
    )
    if found is None:
        raise LimitError("its name was not resolved in time")
    failure: OSError = LimitError("its name has no address")
    for family, kind, protocol, _, address in found:
        connection = PlainSocket(family, kind, protocol)
        try:
            connection.limit(min(_CONNECT_SECONDS, _budget.seconds()))
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure

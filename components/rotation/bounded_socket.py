"""Sockets that count down: whatever a server does, a request ends in time and takes no more than it may.

A time limit of the socket alone bounds the silence between two bytes, so a server that sends one byte every few seconds
holds a request for as long as it likes.
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


class LimitError(OSError):
    """The request took too long, or its answer too much room; says which."""


class _Budget(threading.local):
    """What is left of the request that this thread makes; without one, nothing is sent."""

    end = 0.0
    received = 0
    limit = 0

    def seconds(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise LimitError("the answer had not ended when its time was over")
        return left

    def take(self, count: int) -> int:
        self.received += count
        if self.received > self.limit:
            raise LimitError(f"the answer is longer than {self.limit} bytes")
        return count


_budget: Final = _Budget()


@contextmanager
def budget(seconds: float, limit: int) -> Generator[None, None, None]:
    """Within the block, this thread's sockets work for so long, and take so many bytes."""
    _budget.end, _budget.received, _budget.limit = time.monotonic() + seconds, 0, limit
    try:
        yield
    finally:
        _budget.end = 0.0


class _Counting:
    """Each operation gets what is left of the request's time."""

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
        cast("Any", self).settimeout(_budget.seconds())


class PlainSocket(_Counting, socket.socket):  # pyright: ignore[reportIncompatibleMethodOverride] - it passes all arguments on
    """A TCP connection."""


class TlsSocket(_Counting, ssl.SSLSocket):  # pyright: ignore[reportIncompatibleMethodOverride] - it passes all arguments on
    """The same within TLS."""

    def do_handshake(self, block: bool = False) -> None:
        self._wait_at_most()
        super().do_handshake(block)


def connect(host: str, port: int) -> PlainSocket:
    """A connection to the first of the host's addresses that takes one.

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
            connection.settimeout(min(_CONNECT_SECONDS, _budget.seconds()))
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure

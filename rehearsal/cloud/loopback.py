"""Persistent HTTP connections to one port of loopback, for servers of this process that ask another process.

Bare sockets, whose answers `http.client` reads: a large stack is asked for tens of thousands of answers, and a client
with more abilities takes more than twice the processor's time for each.
"""

import http.client
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import Message
from typing import Final

_IDLE_SECONDS: Final = 30.0  # the emulator ends a connection that idles for 75


@dataclass(frozen=True)
class Reply:
    """An answer, read whole."""

    status: int
    headers: Message
    content: bytes


class Connections:
    """A pool of connections, one for each request that runs at the same time; each is used again.

    Args:
        port: the port of a server on loopback.
        timeout: how many seconds an answer may take.
    """

    def __init__(self, port: int, timeout: float) -> None:
        self._port = port
        self._timeout = timeout
        self._lock = threading.Lock()
        self._closed = False
        self._free: list[tuple[socket.socket, float]] = []

    def ask(self, method: str, path: str, body: bytes, headers: Iterable[tuple[str, str]]) -> Reply:
        """The answer to a request with these headers, and with a `Host` if it is not among them.

        Raises:
            OSError: the server does not answer.
            http.client.HTTPException: what it answers is not HTTP.
        """
        lines = [f"{name}: {value}" for name, value in headers]
        names = {line.partition(":")[0].lower() for line in lines}
        if "host" not in names:
            lines.append(f"Host: 127.0.0.1:{self._port}")
        if body and "content-length" not in names:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""])
        connection = self._take()
        try:
            connection.sendall(head.encode("iso-8859-1") + body)
            answer = http.client.HTTPResponse(connection, method=method)
            answer.begin()
            reply = Reply(answer.status, answer.headers, answer.read())
        except BaseException:
            connection.close()
            raise
        if answer.will_close:
            connection.close()
        else:
            self._give_back(connection)
        return reply

    def close(self) -> None:
        """Closes every connection: those in use at the end of their requests."""
        with self._lock:
            free, self._free = self._free, []
            self._closed = True
        for connection, _ in free:
            connection.close()

    def _take(self) -> socket.socket:
        """A connection that was used a moment ago, as the server may be closing one that was idle."""
        with self._lock:
            connection, used = self._free.pop() if self._free else (None, 0.0)
        if connection and time.monotonic() - used <= _IDLE_SECONDS:
            return connection
        if connection:
            connection.close()
        connection = socket.create_connection(("127.0.0.1", self._port), self._timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a request leaves at once
        return connection

    def _give_back(self, connection: socket.socket) -> None:
        with self._lock:
            if not self._closed:
                self._free.append((connection, time.monotonic()))
                return
        connection.close()

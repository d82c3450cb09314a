"""Persistent HTTP connections to one port of loopback, for servers of this process that ask another process.

Bare `http.client`: a large stack is asked for tens of thousands of answers, and a client with more abilities takes
more than twice the processor's time for each.
"""

import http.client
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
        self._free: list[tuple[http.client.HTTPConnection, float]] = []

    def ask(self, method: str, path: str, body: bytes, headers: Iterable[tuple[str, str]]) -> Reply:
        """The answer to a request with these headers, and with a `Host` if it is not among them.

        Raises:
            OSError: the server does not answer.
            http.client.HTTPException: what it answers is not HTTP.
        """
        given = list(headers)
        names = {name.lower() for name, _ in given}
        connection = self._take()
        try:
            connection.putrequest(method, path, skip_host="host" in names, skip_accept_encoding=True)
            for name, value in given:
                connection.putheader(name, value)
            if body and "content-length" not in names:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.headers, answer.read())
        except BaseException:
            connection.close()
            raise
        self._give_back(connection)
        return reply

    def close(self) -> None:
        """Closes every connection: those in use at the end of their requests."""
        with self._lock:
            free, self._free = self._free, []
            self._closed = True
        for connection, _ in free:
            connection.close()

    def _take(self) -> http.client.HTTPConnection:
        """A connection that was used a moment ago, as the server may be closing one that was idle."""
        with self._lock:
            connection, used = self._free.pop() if self._free else (None, 0.0)
        if connection is None:
            return http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout)
        if time.monotonic() - used > _IDLE_SECONDS:
            connection.close()  # it connects again when it is used
        return connection

    def _give_back(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if not self._closed:
                self._free.append((connection, time.monotonic()))
                return
        connection.close()

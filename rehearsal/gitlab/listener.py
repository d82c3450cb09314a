"""An HTTP server on a free loopback port, with a thread for each connection. It sleeps until there is one."""

import contextlib
import socket
from http.server import ThreadingHTTPServer
from socketserver import BaseRequestHandler
from threading import Thread
from typing import Any


class Listener(ThreadingHTTPServer):
    """The base of every server of a rehearsal: a dozen of them wait at the same time, so none of them may poll.

    Args:
        handler: answers the requests of one connection.
        name: the name of the thread that takes connections.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, handler: type[BaseRequestHandler], name: str | None = None) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._stopping = False
        self._taking = Thread(target=self._take_connections, name=name, daemon=True)

    def start(self) -> None:
        """Take connections from now on."""
        self._taking.start()

    def stop(self) -> None:
        """Take no more connections."""
        self._stopping = True
        with contextlib.suppress(OSError):  # a last connection wakes the thread
            socket.create_connection(("127.0.0.1", self.server_port), timeout=1).close()
        self._taking.join()
        self.server_close()

    def server_bind(self) -> None:
        # HTTPServer asks DNS for the host's name here; loopback needs none.
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002 - the base class's signature
        return not self._stopping

    def _take_connections(self) -> None:
        while not self._stopping:
            self.handle_request()

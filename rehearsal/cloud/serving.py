"""A small HTTP server on a free loopback port, in its own thread."""

import socket
import ssl
import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from socketserver import BaseRequestHandler
from typing import Any

from ..gitlab.listener import Listener


class _Server(Listener):
    def __init__(self, handler: type[BaseRequestHandler], name: str, tls: ssl.SSLContext | None) -> None:
        super().__init__(handler, name)
        self._tls = tls

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self._tls:  # here and not in accept: a client that stalls its handshake must stall only itself
            with self._tls.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
        else:
            super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), (ConnectionError, ssl.SSLError, TimeoutError)):
            super().handle_error(request, client_address)


class Service:
    """One function answers every request, whatever its method."""

    def __init__(
        self,
        name: str,
        answer: Callable[[BaseHTTPRequestHandler], None],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1  # headers and body leave in one packet

            def __getattr__(self, attribute: str) -> Callable[[], None]:
                # The base class looks for do_GET, do_CONNECT and so on.
                if not attribute.startswith("do_"):
                    raise AttributeError(attribute)
                return lambda: answer(self)

            def handle_expect_100(self) -> bool:
                # The client sends its body after this answer, so it must not wait in the buffer.
                goes_on = super().handle_expect_100()
                self.wfile.flush()
                return goes_on

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's signature
                pass

        self._server = _Server(Handler, name, tls)
        self.port: int = self._server.server_port
        self._server.start()

    def take_over(self, connection: socket.socket, address: Any) -> None:
        """Serve a connection that somebody else accepted, until it ends."""
        self._server.process_request_thread(connection, address)

    def stop(self) -> None:
        """Take no more connections."""
        self._server.stop()


def read_body(request: BaseHTTPRequestHandler) -> bytes:
    """The whole body, with a length or in chunks. An unread one would be taken for the next request."""
    if "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        return request.rfile.read(int(request.headers.get("Content-Length") or 0))
    body = b""
    while size := int(request.rfile.readline().partition(b";")[0], 16):
        body += request.rfile.read(size)
        request.rfile.readline()
    while request.rfile.readline().strip():
        continue
    return body

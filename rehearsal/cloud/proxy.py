"""A proxy that connects known hosts to servers of this process and refuses all others: the proof that nothing leaves.

Loopback addresses pass as they are, through CONNECT or as plain HTTP.
"""

import contextlib
import selectors
import socket
import threading
from http.server import BaseHTTPRequestHandler
from typing import Any, Final, Protocol
from urllib.parse import SplitResult, urlsplit

from .serving import Service, read_body

_CHUNK: Final = 65536
_HTTPS: Final = 443
_PER_HOP: Final = frozenset(
    {"connection", "proxy-connection", "proxy-authorization", "keep-alive", "transfer-encoding", "content-length"}
)


class Server(Protocol):
    """What answers for a host."""

    @property
    def port(self) -> int:
        """Where it listens on loopback."""
        ...

    def take_over(self, connection: socket.socket, address: Any) -> None:
        """Serve a client's connection that it did not accept itself, until it ends."""
        ...


class Proxy:
    """Serves on a loopback port.

    Attributes:
        refused: every `host:port` that was asked for and not let through, oldest first.
    """

    def __init__(self) -> None:
        self._servers: dict[tuple[str, int], Server] = {}
        self._lock = threading.Lock()
        self.refused: list[str] = []
        self._service = Service("proxy", self._serve)
        self.port = self._service.port
        self.url = f"http://127.0.0.1:{self.port}"

    def route(self, host: str, server: Server, *, of: int = _HTTPS) -> None:
        """Route a host's port to a server of this process."""
        self._servers[host, of] = server

    def stop(self) -> None:
        """Take no more connections."""
        self._service.stop()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        url = urlsplit(f"//{request.path}" if request.command == "CONNECT" else request.path)
        host, port = url.hostname or "", url.port or 80
        local = host in ("127.0.0.1", "localhost")
        server = None if local else self._servers.get((host, port))
        if server is None and not local:
            with self._lock:
                self.refused.append(f"{host}:{port}")
            _refuse(request)
        elif server is not None and request.command == "CONNECT":
            # Not through a second connection: that would cost a thread switch for each packet in each direction.
            _connected(request)
            server.take_over(request.connection, request.client_address)
        else:
            with socket.create_connection(("127.0.0.1", server.port if server else port)) as target:
                if request.command == "CONNECT":
                    _connected(request)
                else:
                    target.sendall(_as_origin_sees_it(request, url))
                _pump(request.connection, target)


def _connected(request: BaseHTTPRequestHandler) -> None:
    request.send_response_only(200, "Connection established")
    request.end_headers()
    request.wfile.flush()


def _refuse(request: BaseHTTPRequestHandler) -> None:
    body = f"rehearsal proxy: {request.path} is not a host of this rehearsal\n".encode()
    request.send_response(403, "Forbidden")
    request.send_header("Content-Length", str(len(body)))
    request.send_header("Connection", "close")
    request.end_headers()
    request.wfile.write(body)


def _as_origin_sees_it(request: BaseHTTPRequestHandler, url: SplitResult) -> bytes:
    body = read_body(request)
    kept = [f"{name}: {value}" for name, value in request.headers.items() if name.lower() not in _PER_HOP]
    path = url._replace(scheme="", netloc="").geturl() or "/"
    head = [f"{request.command} {path} HTTP/1.1", *kept, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(head).encode("latin-1") + body


def _pump(one: socket.socket, other: socket.socket) -> None:
    # Until both sides have closed their direction.
    with selectors.DefaultSelector() as ready:
        ready.register(one, selectors.EVENT_READ, other)
        ready.register(other, selectors.EVENT_READ, one)
        while ready.get_map():
            for key, _ in ready.select():
                source, sink = key.fileobj, key.data
                assert isinstance(source, socket.socket)  # noqa: S101 - registered above
                data = source.recv(_CHUNK)
                if data:
                    sink.sendall(data)
                else:
                    ready.unregister(source)
                    with contextlib.suppress(OSError):
                        sink.shutdown(socket.SHUT_WR)

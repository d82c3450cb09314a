"""A proxy that connects known hosts to local ports and refuses all others: the proof that nothing leaves.

Loopback addresses pass as they are, through CONNECT or as plain HTTP.
"""

import contextlib
import selectors
import socket
import threading
from http.server import BaseHTTPRequestHandler
from typing import Final
from urllib.parse import SplitResult, urlsplit

from .serving import Service, read_body

_CHUNK: Final = 65536
_HTTPS: Final = 443
_PER_HOP: Final = frozenset(
    {"connection", "proxy-connection", "proxy-authorization", "keep-alive", "transfer-encoding", "content-length"}
)


class Proxy:
    """Serves on a loopback port.

    Attributes:
        refused: every `host:port` that was asked for and not let through, oldest first.
    """

    def __init__(self) -> None:
        self._ports: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()
        self.refused: list[str] = []
        self._service = Service("proxy", self._serve)
        self.port = self._service.port
        self.url = f"http://127.0.0.1:{self.port}"

    def route(self, host: str, port: int, *, of: int = _HTTPS) -> None:
        """Lead a host's port to this loopback port."""
        self._ports[host, of] = port

    def stop(self) -> None:
        """Take no more connections."""
        self._service.stop()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        request.close_connection = True
        url = urlsplit(f"//{request.path}" if request.command == "CONNECT" else request.path)
        port = self._local_port(url.hostname or "", url.port or 80)
        if port is None:
            _refuse(request)
            return
        with socket.create_connection(("127.0.0.1", port)) as target:
            if request.command == "CONNECT":
                request.send_response_only(200, "Connection established")
                request.end_headers()
            else:
                target.sendall(_as_origin_sees_it(request, url))
            _pump(request.connection, target)

    def _local_port(self, host: str, port: int) -> int | None:
        if host in ("127.0.0.1", "localhost"):
            return port
        if (found := self._ports.get((host, port))) is not None:
            return found
        with self._lock:
            self.refused.append(f"{host}:{port}")
        return None


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

"""HTTP/1.1 on loopback: reads requests, applies faults and the limiter, writes replies and the event log."""

import contextlib
import socket
import ssl
import struct
import sys
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from threading import Event as Signal
from typing import Any
from urllib.parse import unquote, urlsplit

from .api.every_route import dispatch
from .call import State
from .faults import Fault, Faults
from .limits import Limiter
from .listener import Listener
from .long_poll import held
from .messages import ApiError, Reply, Request
from .params import read_body, read_query

_API = "/api/v4/"
_TLS_HANDSHAKE = b"\x16"


@dataclass(frozen=True)
class Event:
    """One request: the token by its name, never a token, a query or a value."""

    time: datetime
    method: str
    path: str
    status: int
    token: str
    fault: bool


class Server(Listener):
    def __init__(self, state: State, ssl_context: ssl.SSLContext | None, latency: float) -> None:
        super().__init__(_Handler)
        self.state = state
        self.latency = latency
        self.faults = Faults()
        self.limiter = Limiter(state.now)
        self.events: list[Event] = []
        self.stopping = Signal()
        self._ssl_context = ssl_context
        self._connections: set[socket.socket] = set()
        self._external_ssl_context: ssl.SSLContext | None = None
        self.url = f"{'https' if ssl_context else 'http'}://127.0.0.1:{self.server_address[1]}"
        state.url = self.url

    def stop(self) -> None:
        self.stopping.set()
        self.state.jobs.notify()
        super().stop()
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def serve_as(self, url: str, ssl_context: ssl.SSLContext) -> None:
        """Answer on the same port in TLS too, and name `url` in answers, as users know the instance by it."""
        self.state.url = url
        self._external_ssl_context = ssl_context

    def finish_request(self, request: Any, client_address: Any) -> None:
        """The handshake happens here, in the connection's own thread: a stalled one holds up nobody else."""
        self._connections.add(request)
        context = self._context(request)
        if context is None:
            super().finish_request(request, client_address)
            return
        with context.wrap_socket(request, server_side=True) as secured:
            self._connections.add(secured)
            try:
                super().finish_request(secured, client_address)
            finally:
                self._connections.discard(secured)

    def _context(self, request: socket.socket) -> ssl.SSLContext | None:
        """After `serve_as`, a client that begins a TLS handshake gets TLS."""
        if self._external_ssl_context and request.recv(1, socket.MSG_PEEK) == _TLS_HANDSHAKE:
            return self._external_ssl_context
        return self._ssl_context

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or does not trust the certificate, is no error of the emulator."""
        if not isinstance(sys.exception(), ConnectionError | ssl.SSLError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave in one packet
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride] - only Server makes handlers

    def handle_expect_100(self) -> bool:
        # The client sends its body after this answer, so it must not wait in the buffer.
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def _serve(self) -> None:
        server = self.server
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = server.faults.take(self.command, path)
        pause = server.latency + (fault.delay if fault else 0)
        if pause:
            server.stopping.wait(pause)
        answer = fault.answer(server.state.now().timestamp()) if fault else None
        reply, token = Reply(0), ""
        if fault is None or fault.carried_out:
            reply, token = self._answer(path, query, body)
        reply = answer or reply
        server.events.append(
            Event(server.state.now(), self.command, path, reply.status, token, fault=fault is not None)
        )
        self._write(reply, fault)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - the names http.server looks for

    def _answer(self, path: str, query: str, body: bytes) -> tuple[Reply, str]:
        server = self.server
        path = path.removeprefix(urlsplit(server.state.url).path.rstrip("/"))  # an instance below a path of its host
        public = server.state.issuer.document(path, server.state.url)
        if public is not None:
            return public, ""
        client = self.headers.get("Private-Token") or self.headers.get("Authorization") or ""
        refusal = server.limiter.refusal(client)
        if refusal is not None:
            return refusal, ""
        below = path.removeprefix(_API) if path.startswith(_API) else ""
        segments = tuple(unquote(part) for part in below.split("/"))
        try:
            params = read_query(query) | read_body(self.headers.get("Content-Type") or "", body)
        except ApiError as error:
            return error.reply, ""
        waited = held(server.state, segments, params, server.stopping.is_set) if self.command == "POST" else None
        if waited is not None:
            return waited, ""
        return dispatch(server.state, Request(self.command, path, query, segments, params, self.headers, body))

    def _write(self, reply: Reply, fault: Fault | None) -> None:
        if fault and fault.reset:
            self._reset()
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        empty = reply.status == HTTPStatus.NO_CONTENT
        if not empty:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if empty or self.command == "HEAD":
            return
        if fault and fault.truncate:
            self.close_connection = True
            self.wfile.write(reply.body[: len(reply.body) // 2])
            return
        self.wfile.write(reply.body)

    def _reset(self) -> None:
        """Closing with a linger time of zero sends RST instead of FIN."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """The event log is the only log."""

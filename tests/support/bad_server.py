"""A server that misbehaves, in HTTP that no library would write: each way is a function of the connection."""

import contextlib
import gzip
import json
import socket
import ssl
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from components.rotation.http import Response

_READ_SECONDS: Final = 10.0
_TURN_SECONDS: Final = 0.0005


@dataclass
class Connection:
    """One connection of a client, and whether the server is still there."""

    socket: socket.socket
    over: threading.Event

    def send(self, *parts: bytes | str) -> None:
        for part in parts:
            self.socket.sendall(part if isinstance(part, bytes) else part.encode("latin-1"))

    def trickle(self, content: bytes) -> None:
        """Sends one byte at a time, too often for any time limit between two bytes."""
        for byte in content:
            if self.over.wait(0.05):
                return
            self.send(bytes([byte]))

    def stall(self) -> None:
        self.over.wait(_READ_SECONDS)

    def flood(self, content: bytes) -> None:
        while not self.over.is_set():
            self.send(content)

    def reset(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


Way = Callable[[Connection], object]

_VARIABLE: Final = '{"key":"DOCKER_AUTH_CONFIG","value":"{}","description":null,"variable_type":"file"}'
_OK: Final = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def whole(body: bytes | str, *headers: str, status: str = "200 OK") -> Way:
    """An answer that is complete as HTTP, whatever it contains."""
    content = body.encode() if isinstance(body, str) else body
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers))
    return lambda connection: connection.send(head, "\r\n", content)


def _bomb(*encodings: str) -> Way:
    def send(connection: Connection) -> None:
        whole(_compressed(len(encodings)), f"Content-Encoding: {', '.join(encodings)}")(connection)

    return send


@cache  # made when it is sent first: every process that collects tests imports this module, and few send it
def _compressed(times: int) -> bytes:
    return gzip.compress(_compressed(times - 1) if times > 1 else b" " * 50_000_000, 1)


def _variable(**fields: Any) -> Way:
    return whole(json.dumps({**json.loads(_VARIABLE), **fields}))


WAYS: Final[dict[str, Way]] = {
    # in time
    "trickles its headers": lambda c: c.trickle(f"{_OK}Content-Length: 2\r\n\r\n{{}}".encode() * 50),
    "trickles its body": lambda c: (c.send(_OK, "Content-Length: 2000\r\n\r\n"), c.trickle(b" " * 2000)),
    "never answers": lambda c: c.stall(),
    "stalls in its status line": lambda c: (c.send("HTTP/1.1 20"), c.stall()),
    "stalls in its headers": lambda c: (c.send(_OK), c.stall()),
    "stalls in its body": lambda c: (c.send(_OK, "Content-Length: 500\r\n\r\n{"), c.stall()),
    # With headers, since a client takes most of its time for the number of these answers, and not for their length.
    "continues for ever": lambda c: c.flood(b"HTTP/1.1 100 Continue\r\nX-Long: %b\r\n\r\n" % (b"x" * 500)),
    # in how it ends
    "closes without an answer": lambda _: None,
    "resets the connection": lambda c: c.reset(),
    "resets in its body": lambda c: (c.send(_OK, "Content-Length: 500\r\n\r\n{"), c.reset()),
    "ends in its headers": lambda c: c.send(_OK),
    # in length
    "promises more than it sends": lambda c: c.send(_OK, f"Content-Length: 5000\r\n\r\n{_VARIABLE}"),
    "sends more than it promised": lambda c: c.send(_OK, f"Content-Length: 3\r\n\r\n{_VARIABLE}"),
    "has a length that is no number": lambda c: c.send(_OK, f"Content-Length: many\r\n\r\n{_VARIABLE[:-9]}"),
    "has a length below zero": lambda c: c.send(_OK, f"Content-Length: -5\r\n\r\n{_VARIABLE[:-9]}"),
    "has two lengths": lambda c: c.send(_OK, f"Content-Length: 3\r\nContent-Length: 5\r\n\r\n{_VARIABLE}"),
    "sends without end": lambda c: (c.send(_OK, "\r\n["), c.flood(b"0," * 32_000)),
    "sends chunks without end": lambda c: (
        c.send(_OK, "Transfer-Encoding: chunked\r\n\r\n"),
        c.flood(b"4\r\n0000\r\n" * 999),
    ),
    "has a chunk of no size": lambda c: c.send(_OK, "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
    "has a chunk below zero": lambda c: (
        c.send(_OK, "Transfer-Encoding: chunked\r\n\r\n-5\r\n"),
        c.flood(b" " * 64_000),
    ),
    "has a header without end": lambda c: (c.send(_OK, "X-Long: "), c.flood(b"x" * 64_000)),
    "has headers without end": lambda c: (c.send(_OK), c.flood(b"X-Many: 1\r\n" * 999)),
    # in packing
    "is a compression bomb": _bomb("gzip"),
    "is a bomb within a bomb": _bomb("gzip", "gzip"),
    # in protocol
    "speaks another protocol": lambda c: c.send("SSH-2.0-OpenSSH_9.9\r\n"),
    "has a status that is no number": lambda c: c.send("HTTP/1.1 abc OK\r\n\r\n"),
    "has a status that nobody knows": whole(_VARIABLE, status="999 Odd"),
    "redirects": whole("", "Location: http://127.0.0.1:9/elsewhere", status="302 Found"),
    "redirects for good": whole("", "Location: /", status="308 Permanent Redirect"),
    "asks to come back after no number": whole("", "Retry-After: \u00b2", status="429 Too Many Requests"),
    "asks to come back in a year": whole("", "Retry-After: 31536000", status="503 Service Unavailable"),
    "asks for another login": whole("", "WWW-Authenticate: Basic", status="401 Unauthorized"),
    "always fails": whole("", status="500 Internal Server Error"),
    # in content
    "has an empty body": whole(""),
    "has no content": lambda c: c.send("HTTP/1.1 204 No Content\r\n\r\n"),
    "is a page of a proxy": whole("<html>sign in</html>", "Content-Type: text/html"),
    "is no UTF-8": whole(b'{"key":"\xff\xfe"}'),
    "is nested without end": whole("[" * 100_000),
    "is nested in objects": whole('{"key":' * 5_000 + "1" + "}" * 5_000),
    "has a number without end": whole(f'{{"key":{"9" * 200_000}}}'),
    "has an infinite number": whole('{"key":"DOCKER_AUTH_CONFIG","id":1e999,"value":-1e999}'),
    "has a number that is none": whole('{"key":"DOCKER_AUTH_CONFIG","value":NaN}'),
    "is a list": whole("[]"),
    "is a text": whole('"DOCKER_AUTH_CONFIG"'),
    "is null": whole("null"),
    "names a key twice": whole('{"key":"a","key":"b","value":1,"value":[]}'),
    "has a lone surrogate": whole('{"key":"DOCKER_AUTH_CONFIG","value":"\\ud800","description":"\\udfff"}'),
    "is another variable": _variable(key="SOMEBODY_ELSES", value='{"auths":{}}'),
    "is of another environment": _variable(environment_scope="production", value='{"auths":{}}'),
    "has a value that is no text": _variable(value=[["a"]]),
    "has a description that is no text": _variable(description={"gitlab-ecr": 1}),
    "has flags of other types": _variable(variable_type=[], masked="yes", raw={}, hidden=[1]),
    "has a value of brackets": _variable(value="[" * 10_000),
    "has a value of objects": _variable(value='{"auths":' * 3_000),
    "has a value of quotes and line breaks": _variable(value='"' + "\n" * 200_000),
    "has a value of numbers": _variable(value=f'{{"auths":{{}},"n":{"7" * 100_000}}}'),
    "has auths of every type": _variable(value='{"auths":{"a":1,"b":[],"c":null,"d":{"auth":5},"e":{"auth":{}}}}'),
    "answers in colours": whole('{"message":"\\u001b[31m\\u202eno\\r\\n\\u0000"}', status="403 Forbidden"),
    "answers with a message of lists": whole('{"message":[[[{"value":["x"]}]]]}', status="400 Bad Request"),
}
"""Each way to misbehave in answer to one request, by what is wrong with it."""


@contextmanager
def serving(
    way: Callable[[str, str, dict[str, str], bytes], Way], *, tls: ssl.SSLContext | None = None
) -> Iterator[int]:
    """A server on a port of loopback, which it yields.

    Args:
        way: how to answer a request; gets its method, path, headers in lower case, and body.
        tls: its certificate.
    """
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    listener.settimeout(0.02)
    # The server's threads share the interpreter with those of the client, which they would not do elsewhere.
    # With Python's own turns of 5 ms, a few that flood their connections keep hundreds of others waiting for seconds.
    turn = sys.getswitchinterval()
    sys.setswitchinterval(_TURN_SECONDS)

    def serve(accepted: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            accepted.settimeout(_READ_SECONDS)
            with tls.wrap_socket(accepted, server_side=True) if tls else accepted as connected:
                while not over.is_set():
                    request = _request(connected)
                    answer = way(*request)
                    answer(Connection(connected, over))
                    if answer in _MISBEHAVING:
                        return

    def accept() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        accepting.join()
        listener.close()
        sys.setswitchinterval(turn)


_MISBEHAVING: Final = frozenset(WAYS.values())


def well(answer: Response) -> Way:
    """An answer of a scripted service, as a server sends it."""
    return whole(answer.body, status=f"{answer.status} Whatever")


def _request(connected: socket.socket) -> tuple[str, str, dict[str, str], bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(connected)
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", "0"))
    while len(body) < length:
        body += _more(connected)
    return method, path, headers, body


def _more(connected: socket.socket) -> bytes:
    """What the client sends next. One that has gone sends nothing, at once and for ever."""
    if not (received := connected.recv(65_536)):
        raise OSError("the client has gone")
    return received

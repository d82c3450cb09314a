"""Headers are read as the standard library reads them."""

import http.client
import io
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from rehearsal.cloud.headers import headers_of, read_fast
from rehearsal.cloud.loopback import Connections
from rehearsal.cloud.serving import Service

_PARSED = http.client.parse_headers
_BLOCKS = {
    "none": b"\r\n",
    "plain": b"Host: example\r\nContent-Length: 12\r\n\r\n",
    "twice": b"Accept: a\r\nAccept: b\r\naccept: c\r\n\r\n",
    "bare newlines": b"Host: example\nAccept: a\n\n",
    "no space, several, and trailing ones": b"A:1\r\nB: \t 2\r\nC: 3  \r\n\r\n",
    "empty value": b"A:\r\nB: \r\n\r\n",
    "colons in the value": b"Location: http://127.0.0.1:80/x\r\n\r\n",
    "latin-1": b"A: caf\xe9\r\n\r\n",
    "folded": b"A: 1\r\n  and more\r\nB: 2\r\n\r\n",
    "no colon": b"A: 1\r\nnonsense\r\nB: 2\r\n\r\n",
    "no name": b": 1\r\nB: 2\r\n\r\n",
    "space in the name": b"A B: 1\r\nB: 2\r\n\r\n",
    "space before the colon": b"A : 1\r\n\r\n",
    "return in the value": b"A: 1\rB: 2\r\n\r\n",
    "latin-1 in the name": b"caf\xe9: 1\r\nB: 2\r\n\r\n",
    "mail": b"From somebody: 1\r\nB: 2\r\n\r\n",
    "cut off": b"A: 1\r\nB: 2",
}


def _facts(read: Callable[[Any], http.client.HTTPMessage], block: bytes) -> tuple[Any, ...]:
    source = io.BytesIO(block + b"the body")
    message = read(source)
    names = [*message.keys(), "ACCEPT", "a", "absent"]
    by_name = [(message[name], message.get(name, "none"), message.get_all(name), name in message) for name in names]
    return message.items(), by_name, message.get_payload(), [type(each) for each in message.defects], source.read()


@pytest.mark.parametrize("block", _BLOCKS.values(), ids=_BLOCKS.keys())
def test_headers_are_read_as_by_the_standard_library(block: bytes) -> None:
    assert _facts(headers_of, block) == _facts(_PARSED, block)


@pytest.mark.parametrize("block", [b"A: " + b"x" * 65536 + b"\r\n\r\n", b"A: 1\r\n" * 101 + b"\r\n"])
def test_too_many_or_too_long_headers_are_refused_as_by_the_standard_library(block: bytes) -> None:
    with pytest.raises(http.client.HTTPException) as theirs:
        _PARSED(io.BytesIO(block))
    with pytest.raises(type(theirs.value)) as ours:
        headers_of(io.BytesIO(block))
    assert str(ours.value) == str(theirs.value)


def test_servers_and_clients_use_the_fast_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http.client, "parse_headers", _PARSED)
    read_fast()

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("X-Seen", ", ".join(request.headers.get_all("X-Sent", [])))
        request.send_header("Content-Length", "0")
        request.end_headers()

    service = Service("test", answer)
    connections = Connections(service.port, timeout=5)
    try:
        reply = connections.ask("GET", "/", b"", [("X-Sent", "1"), ("x-sent", "2")])
    finally:
        connections.close()
        service.stop()
    assert reply.headers["x-seen"] == "1, 2"
    assert http.client.parse_headers is headers_of

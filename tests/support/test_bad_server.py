"""The server that misbehaves hangs up when its client does, and waits for nothing more."""

import socket

import pytest
from bad_server import serving, whole

_HEAD = "POST / HTTP/1.1\r\nContent-Length: 500\r\n"


@pytest.mark.parametrize("sent", ["", _HEAD, f"{_HEAD}\r\n", f"{_HEAD}\r\nhalf of it"])
def test_a_client_that_leaves_in_its_request_is_left_too(sent: str) -> None:
    with serving(lambda *_: whole("{}")) as port, socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(sent.encode())
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""

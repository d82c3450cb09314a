"""What HTTP clients rely on, and a small server can get wrong."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from rehearsal.cloud.serving import Service, read_body
from rehearsal.gitlab.emulator import GitLab


def echo(request: BaseHTTPRequestHandler) -> None:
    body = read_body(request)
    request.send_response(200)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


@pytest.fixture
def port() -> Iterator[int]:
    service = Service("echo", echo)
    yield service.port
    service.stop()


def test_a_client_that_expects_100_continue_gets_it_before_it_sends_its_body(port: int) -> None:
    with GitLab.start() as gitlab:
        for each in (port, gitlab.port):
            with socket.create_connection(("127.0.0.1", each), timeout=10) as client:
                head = "PUT / HTTP/1.1", "Host: a", "Content-Length: 4", "Expect: 100-continue", "", ""
                client.sendall("\r\n".join(head).encode())
                assert client.recv(1024).startswith(b"HTTP/1.1 100")
                client.sendall(b"body")
                assert client.recv(1024).startswith((b"HTTP/1.1 200", b"HTTP/1.1 404"))


def test_headers_and_body_arrive_together(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        for _ in range(3):
            client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody")
            assert client.recv(4096).endswith(b"\r\n\r\nbody")

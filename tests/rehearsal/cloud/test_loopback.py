"""Connections to another process are used again, and none outlives its owner."""

import http.client
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

import pytest

from rehearsal.cloud import loopback
from rehearsal.cloud.loopback import Connections
from rehearsal.cloud.serving import Service, read_body

AT_ONCE = 4


class Answering:
    """A server that answers with what it was asked, and counts the connections."""

    def __init__(self) -> None:
        self.ports: set[int] = set()
        self.together = threading.Barrier(1)
        self.service = Service("answering", self._answer)

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        self.ports.add(request.client_address[1])
        body = read_body(request)
        self.together.wait(10)
        said = (
            f"{request.command} {request.path} {request.headers['X-Word']} {request.headers['Host']} ".encode() + body
        )
        request.send_response(418 if request.path == "/teapot" else 200)
        request.send_header("Content-Length", str(len(said)))
        request.send_header("X-Kind", "test")
        request.end_headers()
        request.wfile.write(b"" if request.command == "HEAD" else said)


@pytest.fixture
def server() -> Iterator[Answering]:
    made = Answering()
    yield made
    made.service.stop()


@pytest.fixture
def connections(server: Answering) -> Iterator[Connections]:
    made = Connections(server.service.port, timeout=10)
    yield made
    made.close()


def test_a_request_arrives_completely_and_its_answer_comes_back(server: Answering, connections: Connections) -> None:
    reply = connections.ask("POST", "/teapot?a=b", b"body", [("X-Word", "one")])
    assert (reply.status, reply.headers["X-Kind"]) == (200, "test")
    assert reply.content == f"POST /teapot?a=b one 127.0.0.1:{server.service.port} body".encode()
    assert connections.ask("PUT", "/teapot", b"", []).status == 418


def test_a_given_host_header_is_kept(connections: Connections) -> None:
    reply = connections.ask("GET", "/", b"", [("host", "aws.example.com"), ("X-Word", "two")])
    assert reply.content == b"GET / two aws.example.com "


def test_one_connection_serves_requests_one_after_another(server: Answering, connections: Connections) -> None:
    for method in ("GET", "HEAD", "POST", "GET"):
        connections.ask(method, "/", b"", [])
    assert len(server.ports) == 1


def test_requests_at_once_have_a_connection_each(server: Answering, connections: Connections) -> None:
    server.together = threading.Barrier(AT_ONCE)
    for _ in range(2):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            replies = list(pool.map(lambda number: connections.ask("GET", f"/{number}", b"", []), range(AT_ONCE)))
        assert [reply.content.split()[1] for reply in replies] == [f"/{number}".encode() for number in range(AT_ONCE)]
    assert len(server.ports) == AT_ONCE


def test_an_idle_connection_is_not_used_again(
    server: Answering, connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    connections.ask("GET", "/", b"", [])
    monkeypatch.setattr(loopback, "_IDLE_SECONDS", -1.0)
    connections.ask("GET", "/", b"", [])
    assert len(server.ports) == 2


def test_a_server_that_is_gone_is_an_error(connections: Connections) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    with pytest.raises(OSError, match="refused"):
        Connections(port, timeout=1).ask("GET", "/", b"", [])


def test_an_answer_that_is_not_http_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def hang_up() -> None:
            connection, _ = other.accept()
            with connection:
                connection.recv(1024)
                connection.sendall(b"220 mail.example.com ESMTP\r\n")

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(http.client.HTTPException):
            Connections(other.getsockname()[1], timeout=10).ask("GET", "/", b"", [])
        thread.join(10)


def test_a_connection_in_use_ends_with_its_request(server: Answering, connections: Connections) -> None:
    server.together = threading.Barrier(2)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(connections.ask, "GET", "/", b"", [])
        while not server.ports:
            threading.Event().wait(0.01)
        connections.close()
        server.together.wait(10)
        assert running.result().status == 200
    assert connections._free == []

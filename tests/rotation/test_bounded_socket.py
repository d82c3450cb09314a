"""A socket's budget: of time, however slowly bytes come, and of bytes, however fast."""

import threading
import time
from collections.abc import Callable

import pytest
from bad_server import Connection, serving

from components.rotation.bounded_socket import LimitError, PlainSocket, budget, connect

_REQUEST = b"GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"


def _flood(connection: Connection) -> None:
    connection.flood(b"x" * 1_000)


def _trickle(connection: Connection) -> None:
    connection.trickle(b"x" * 1_000)


def _read_on(read: Callable[[PlainSocket], int], connection: PlainSocket) -> None:
    while True:
        read(connection)


@pytest.fixture(params=["recv", "recv_into"])
def read(request: pytest.FixtureRequest) -> Callable[[PlainSocket], int]:
    """Either way to read from a socket."""

    def recv(connection: PlainSocket) -> int:
        return len(connection.recv(512))

    def recv_into(connection: PlainSocket) -> int:
        return connection.recv_into(bytearray(512))

    return recv if request.param == "recv" else recv_into


def test_more_bytes_than_the_budget_are_an_error_of_their_own(read: Callable[[PlainSocket], int]) -> None:
    with serving(lambda *_: _flood) as port, budget(5, 10_000):
        connection = connect("127.0.0.1", port)
        connection.sendall(_REQUEST)
        with connection, pytest.raises(LimitError, match="longer than 10000 bytes"):
            _read_on(read, connection)


def test_bytes_that_come_slowly_do_not_prolong_the_time(read: Callable[[PlainSocket], int]) -> None:
    begin = time.monotonic()
    with serving(lambda *_: _trickle) as port, budget(0.3, 10_000):
        connection = connect("127.0.0.1", port)
        connection.sendall(_REQUEST)
        with connection, pytest.raises((LimitError, TimeoutError)):
            _read_on(read, connection)
    assert time.monotonic() - begin < 5


def test_without_a_budget_nothing_is_sent_and_each_thread_has_its_own() -> None:
    with serving(lambda *_: _trickle) as port:
        with pytest.raises(LimitError):
            connect("127.0.0.1", port)
        refused: list[str] = []

        def elsewhere() -> None:
            try:
                connect("127.0.0.1", port)
            except LimitError as error:
                refused.append(str(error))

        with budget(5, 100):
            thread = threading.Thread(target=elsewhere)
            thread.start()
            thread.join()
    assert refused == ["the answer did not end in time"]


def test_nothing_but_the_budget_limits_a_connection() -> None:
    with serving(lambda *_: _trickle) as port, budget(5, 10_000), connect("127.0.0.1", port) as connection:
        connection.sendall(_REQUEST)
        connection.settimeout(None)  # as urllib3 does before each request and each answer
        assert connection.gettimeout() == pytest.approx(5, rel=0.05)


def test_a_connection_has_the_limit_of_its_present_request(read: Callable[[PlainSocket], int]) -> None:
    with serving(lambda *_: _trickle) as port:
        with budget(60, 10_000):
            connection = connect("127.0.0.1", port)
            connection.sendall(_REQUEST)
        begin = time.monotonic()
        with connection, budget(0.3, 10_000), pytest.raises((LimitError, TimeoutError)):
            _read_on(read, connection)
    assert time.monotonic() - begin < 5

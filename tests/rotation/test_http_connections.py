"""Every connection returns to the pool, however an answer ends: with only one, the next request can use it."""

import gzip
import time
from types import ModuleType

import pip._vendor.urllib3 as urllib3_1
import pytest
import urllib3
from bad_server import WAYS, Way, serving, whole

from components.rotation import pools
from components.rotation.clock import Deadline, SystemClock
from components.rotation.http import PooledHttp, UnreachableError

_CUT = (
    "resets in its body", "promises more than it sends", "closes without an answer",
    "has a chunk of no size", "has two lengths", "speaks another protocol", "is a compression bomb",
    "sends without end",
)  # fmt: skip


@pytest.fixture(params=_CUT)
def way(request: pytest.FixtureRequest) -> str:
    return request.param


def test_with_one_connection_the_next_request_can_use_it(way: str) -> None:
    turns = iter([WAYS[way]] * 3)

    def answer(*_: object) -> Way:
        return next(turns, whole("{}"))

    clock = SystemClock()
    http = PooledHttp(Deadline(clock, 20), connections=1, allow_http=True)
    begin = time.monotonic()
    with serving(answer) as port:
        for _ in range(3):  # a POST is not sent again, so each of these meets one bad answer
            with pytest.raises(UnreachableError) as failed:
                http.request("POST", f"http://127.0.0.1:{port}/", {}, b"{}")
            assert "every connection to it is taken" not in str(failed.value)
        assert http.request("POST", f"http://127.0.0.1:{port}/", {}, b"{}").status == 200
    assert time.monotonic() - begin < 10


def test_a_compressed_answer_that_was_not_requested_is_refused_unread() -> None:
    clock = SystemClock()
    http = PooledHttp(Deadline(clock, 20), connections=1, allow_http=True)
    with (
        serving(lambda *_: whole(gzip.compress(b"{}"), "Content-Encoding: gzip")) as port,
        pytest.raises(UnreachableError, match="the answer is compressed, which was not"),
    ):
        http.request("POST", f"http://127.0.0.1:{port}/", {}, b"{}")


@pytest.mark.parametrize(
    ("written", "asked"),
    [("", "/"), ("?page=2", "/?page=2"), ("#end", "/"), ("/a%2fb?c=%5B*%5D#end", "/a%2Fb?c=%5B*%5D")],
)
@pytest.mark.parametrize("library", [urllib3, urllib3_1], ids=["urllib3 2", "urllib3 1.26"])
def test_a_server_is_asked_for_what_follows_its_name(
    written: str, asked: str, library: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "urllib3", library)
    seen: list[tuple[str, str]] = []

    def answer(_: str, path: str, headers: dict[str, str], __: bytes) -> Way:
        seen.append((path, headers["host"]))
        return whole("{}")

    clock = SystemClock()
    http = PooledHttp(Deadline(clock, 20), connections=1, allow_http=True)
    with serving(answer) as port:
        http.request("GET", f"HTTP://127.0.0.1:{port}{written}", {})
    assert seen == [(asked, f"127.0.0.1:{port}")]

"""What a container engine's answers become, whatever they hold."""

import socketserver
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from rehearsal.job_runs.docker_api import DockerApi, EngineError

Answers = dict[str, tuple[int, bytes]]
MADE: Answers = {"POST /containers/create": (201, b'{"Id": "c1"}'), "POST /containers/c1/start": (204, b"")}


@pytest.fixture
def engine() -> Iterator[tuple[DockerApi, Answers, list[str]]]:
    """An engine whose answers a test decides, and what it was asked."""
    answers: Answers = {}
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append(f"{self.command} {self.path.partition('?')[0]}")
            status, body = answers.get(asked[-1], (200, b"{}"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - as http.server looks for them

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as http.server calls it
            pass

    with tempfile.TemporaryDirectory(prefix="engine-") as folder:  # the path of a socket has to be short
        place = Path(folder) / "s"
        with socketserver.ThreadingUnixStreamServer(str(place), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            yield DockerApi(place), answers, asked
            server.shutdown()
            thread.join()


def _frames(*texts: bytes) -> bytes:
    return b"".join(b"\x01\0\0\0" + len(text).to_bytes(4, "big") + text for text in texts)


def test_the_output_of_a_container_is_put_together_and_the_container_removed(engine: Any) -> None:
    api, answers, asked = engine
    logs = _frames(b"first\n", b"", "zweite: ü\n".encode())
    answers |= MADE | {"POST /containers/c1/wait": (200, b'{"StatusCode": 0}'), "GET /containers/c1/logs": (200, logs)}
    assert api.run("ruby:3.4", ["true"]) == "first\nzweite: ü\n"
    assert asked[-1] == "DELETE /containers/c1"


def test_a_command_that_fails_is_named_with_its_output_and_the_container_removed(engine: Any) -> None:
    api, answers, asked = engine
    logs = _frames(b"sh: not found\n")
    answers |= MADE | {
        "POST /containers/c1/wait": (200, b'{"StatusCode": 127}'),
        "GET /containers/c1/logs": (200, logs),
    }
    with pytest.raises(EngineError, match=r"^sh -c x: exit 127: sh: not found$"):
        api.run("ruby:3.4", ["sh", "-c", "x"])
    assert asked[-1] == "DELETE /containers/c1"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"message": "no such image"}', "no such image"),
        (b'{"error": "x"}', '{"error": "x"}'),
        (b"[]", r"[]"),
        (b"<html>\n", "<html>"),
        (b"\xff", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_a_refusal_has_the_engines_words(engine: Any, body: bytes, reason: str) -> None:
    api, answers, _ = engine
    answers["GET /images/ruby/json"] = (404, body)
    with pytest.raises(EngineError) as error:
        api.image_id("ruby")
    assert str(error.value) == f"GET /images/ruby/json: 404 {reason}"


def test_an_archive_that_the_engine_reports_on_line_by_line_is_loaded(engine: Any) -> None:
    api, answers, asked = engine
    answers["POST /images/load"] = (200, b'{"stream": "a"}\n{"stream": "b"}\n')
    api.load(b"an archive")
    assert asked == ["POST /images/load"]


def test_an_engine_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"^GET /version: .*No such file"):
        DockerApi(tmp_path / "s").version()

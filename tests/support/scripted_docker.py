"""Docker's API on a socket: a test decides how it answers pulls, and what it prints in place of a shell."""

import io
import json
import re
import socketserver
import tarfile
import threading
from base64 import urlsafe_b64decode
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class ScriptedDocker:
    """What it answers, and what it received.

    Attributes:
        refusals: by image, the message with which its pull fails.
        output: what each container prints.
        exit_code: of each container.
        logins: by image, the user and password that came with the pull, None for none.
        scripts: what the containers were given to run.
        loaded: the names of the images that it was given, and still has.
    """

    socket: Path
    refusals: dict[str, str] = field(default_factory=dict[str, str])
    output: bytes = b"from inside\n"
    exit_code: int = 0
    logins: dict[str, tuple[str, str] | None] = field(default_factory=dict[str, tuple[str, str] | None])
    scripts: list[str] = field(default_factory=list[str])
    loaded: list[str] = field(default_factory=list[str])


@contextmanager
def scripted_docker(folder: Path) -> Generator[ScriptedDocker]:
    docker = ScriptedDocker(folder / "docker.sock")

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while line := self.rfile.readline():
                method, target, _ = line.decode().split()
                headers = _headers(self.rfile)
                body = self.rfile.read(int(headers.get("content-length", 0)))
                if target.partition("?")[0].endswith("/attach"):
                    self._attach()
                    return
                status, answer = _answer(docker, method, target, headers, body)
                head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
                self.wfile.write(head.encode() + answer)

        def _attach(self) -> None:
            self.wfile.write(b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
            docker.scripts.append(self.rfile.read().decode())
            self.wfile.write(b"\x01\0\0\0" + len(docker.output).to_bytes(4, "big") + docker.output)

    server = socketserver.ThreadingUnixStreamServer(str(docker.socket), Handler)
    server.daemon_threads, server.block_on_close = True, False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield docker
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _headers(lines: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    while line := lines.readline().strip().decode():
        name, _, value = line.partition(":")
        found[name.lower()] = value.strip()
    return found


def _answer(  # noqa: PLR0911 - one return for each route
    docker: ScriptedDocker, method: str, target: str, headers: dict[str, str], body: bytes
) -> tuple[int, bytes]:
    path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
    if path == "/images/create":
        image = f"{query['fromImage'][0]}:{query['tag'][0]}"
        login = json.loads(urlsafe_b64decode(headers["x-registry-auth"])) if "x-registry-auth" in headers else None
        docker.logins[image] = (login["username"], login["password"]) if login else None
        words = {"error": docker.refusals[image]} if image in docker.refusals else {"status": "pulled"}
        return 200, json.dumps(words).encode()
    if path == "/version":
        return 200, b'{"Version": "27.0"}'
    if path == "/images/load":
        with tarfile.open(fileobj=io.BytesIO(body)) as archive:
            manifest = archive.extractfile("manifest.json")
            docker.loaded += json.load(manifest)[0]["RepoTags"] if manifest else []
        return 200, b"{}"
    if method == "DELETE" and path.startswith("/images/"):
        docker.loaded.remove(unquote(path.removeprefix("/images/")))
        return 200, b"[]"
    if method == "GET" and path.startswith("/images/"):
        return 200, b'{"Id": "sha256:0123"}'
    if path.endswith("/containers/create"):
        return 201, b'{"Id": "c1"}'
    if path.endswith("/wait"):
        return 200, json.dumps({"StatusCode": docker.exit_code}).encode()
    known = re.fullmatch(r"/containers/c1(/start)?", path)
    return (204, b"") if known else (404, json.dumps({"message": f"no such route {path}"}).encode())

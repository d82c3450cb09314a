"""Docker's API as the executor uses it: images by their name and login, one container for a script."""

import base64
import http.client
import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode


class DockerError(Exception):
    """An error, with the daemon's own message."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("docker", timeout=120)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Docker:
    def __init__(self, host: str) -> None:
        self._path = host.removeprefix("unix://")

    def image_id(self, name: str) -> str:
        return str(self._ask("GET", f"/images/{name}/json")["Id"])

    def pull(self, image: str, login: tuple[str, str] | None) -> None:
        """With the login in X-Registry-Auth; an error may come in the stream of an answer that began well."""
        name, _, tag = image.rpartition(":")
        headers = {}
        if login is not None:
            auth = json.dumps({"username": login[0], "password": login[1], "serveraddress": image.partition("/")[0]})
            headers["X-Registry-Auth"] = base64.urlsafe_b64encode(auth.encode()).decode()
        status, content = self._raw(
            "POST", f"/images/create?{urlencode({'fromImage': name, 'tag': tag})}", b"", headers
        )
        lines = [json.loads(line) for line in content.splitlines() if line.strip()]
        words = next((line["error"] for line in lines if line.get("error")), "")
        if status != 200:
            words = lines[0].get("message", "") if lines else f"status {status}"
        if words:
            raise DockerError(f"Error response from daemon: {words}")

    def run(
        self, image: str, network: str, environment: list[str], script: bytes, write: Callable[[bytes], None]
    ) -> int:
        """Runs a shell that reads the script from its input; returns its exit code."""
        body = {
            "Image": image,
            "Cmd": ["sh"],
            "Env": environment,
            "AttachStdin": True,
            "AttachStdout": True,
            "AttachStderr": True,
            "OpenStdin": True,
            "StdinOnce": True,
            "HostConfig": {"NetworkMode": network},
        }
        number = self._ask("POST", "/containers/create", body)["Id"]
        try:
            attached = self._attach(number)
            with attached:
                self._ask("POST", f"/containers/{number}/start")
                attached.sendall(script)
                attached.shutdown(socket.SHUT_WR)
                _read_frames(attached, write)
            return int(self._ask("POST", f"/containers/{number}/wait")["StatusCode"])
        finally:
            self._raw("DELETE", f"/containers/{number}?force=1&v=1", b"", {})

    def _attach(self, number: str) -> socket.socket:
        """The connection, once it is no longer HTTP."""
        attached = socket.socket(socket.AF_UNIX)
        attached.settimeout(120)
        attached.connect(self._path)
        path = f"/containers/{number}/attach?stream=1&stdin=1&stdout=1&stderr=1"
        head = f"POST {path} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        attached.sendall(head.encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            if not (byte := attached.recv(1)):
                raise DockerError("Error response from daemon: it closed the connection")
            answer += byte
        if b" 101 " not in answer and b" 200 " not in answer:
            raise DockerError(f"Error response from daemon: {answer.decode()}")
        return attached

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        content = b"" if body is None else json.dumps(body).encode()
        status, answer = self._raw(method, path, content, {"Content-Type": "application/json"})
        if status >= 400:
            raise DockerError(f"Error response from daemon: {json.loads(answer)['message']}")
        return json.loads(answer) if answer.strip() else {}

    def _raw(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = _Connection(self._path)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def _read_frames(attached: socket.socket, write: Callable[[bytes], None]) -> None:
    """Eight bytes of head, of which the last four are the length; until the container ends."""
    with attached.makefile("rb") as stream:
        while len(head := stream.read(8)) == 8:
            write(stream.read(int.from_bytes(head[4:], "big")))

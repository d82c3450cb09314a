"""The part of Docker's API that the rehearsal itself uses: it loads images, tries a container, and cleans up."""

import http.client
import json
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

_SECONDS: Final = 60
_OK: Final = (200, 201, 204, 304)


class EngineError(Exception):
    """A request to the engine failed. The message is the engine's."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class DockerApi:
    """A container engine that listens on a socket of this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def version(self) -> dict[str, Any]:
        """The engine's version information."""
        return self._ask("GET", "/version")

    def load(self, archive: bytes) -> None:
        """Loads the images from an archive in the form of `docker save`."""
        self._ask("POST", "/images/load?quiet=1", archive, "application/x-tar")

    def image_id(self, name: str) -> str:
        """The id of a loaded image in the engine's own spelling, by which a runner recognizes it."""
        return str(self._ask("GET", f"/images/{quote(name, safe='')}/json")["Id"])

    def run(self, image: str, command: list[str]) -> str:
        """The output of a command in a new container.

        Raises:
            EngineError: no container was made, or the command failed.
        """
        body = {"Image": image, "Cmd": command, "HostConfig": {"NetworkMode": "host"}}
        number = self._ask("POST", "/containers/create", json.dumps(body).encode())["Id"]
        try:
            self._ask("POST", f"/containers/{number}/start")
            status = self._ask("POST", f"/containers/{number}/wait")["StatusCode"]
            with self._answer("GET", f"/containers/{number}/logs?stdout=1&stderr=1") as answer:
                output = _text(answer.read())
        finally:
            self.remove(number)
        if status:
            raise EngineError(f"{' '.join(command)}: exit {status}: {output.strip()}")
        return output

    def remove_image(self, name: str) -> None:
        """Removes an image. It is no error if the image is already gone."""
        with self._answer("DELETE", f"/images/{quote(name, safe='')}?force=1") as answer:
            answer.read()

    def containers(self) -> list[str]:
        """The ids of all containers."""
        return [each["Id"] for each in self._ask("GET", "/containers/json?all=1")]

    def remove(self, number: str) -> None:
        """Stops and removes a container with its volumes."""
        self._ask("DELETE", f"/containers/{number}?force=1&v=1")

    def _ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Any:
        with self._answer(method, path, body, kind) as answer:
            content = answer.read()
            if answer.status not in _OK:
                raise EngineError(f"{method} {path.partition('?')[0]}: {answer.status} {_reason(content)}")
        try:
            return json.loads(content) if content else {}
        except ValueError:  # a stream of several
            return {}

    @contextmanager
    def _answer(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/json"
    ) -> Generator[http.client.HTTPResponse]:
        connection = _Connection(self._path)
        try:
            connection.request(method, path, body, {"Content-Type": kind})
            yield connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise EngineError(f"{method} {path.partition('?')[0]}: {error}") from error
        finally:
            connection.close()


def _reason(content: bytes) -> str:
    try:
        return str(json.loads(content)["message"])
    except (ValueError, LookupError, TypeError):
        return content.decode(errors="replace").strip()


def _text(stream: bytes) -> str:
    """Joins the frames of a container's output. Each has a head of 8 bytes, whose last 4 are the length."""
    output, rest = b"", stream
    while rest:
        size = int.from_bytes(rest[4:8], "big")
        output, rest = output + rest[8 : 8 + size], rest[8 + size :]
    return output.decode(errors="replace")

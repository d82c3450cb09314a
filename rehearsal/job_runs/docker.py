"""Uses this machine's Docker daemon as the container engine, without changing its settings.

The daemon pulls through its own proxy and trusts its own authorities, so it would look for the images at AWS. So the
runner talks to a socket of the rehearsal, which passes everything but pulls on to the daemon. The rehearsal pulls by
itself, with the login that the runner sends, and loads the image into the daemon.
"""

import base64
import json
import os
import re
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

import urllib3

from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.images import loadable
from rehearsal.puller import PullError, connection_pool, fetched

from .docker_api import DockerApi, EngineError

_DEFAULT: Final = Path("/var/run/docker.sock")
_PULL: Final = re.compile(r"POST (?:/v[\d.]+)?/images/create\?(?P<query>\S*) HTTP/1\.1\r\n")
_UPGRADE: Final = re.compile(rb"\r\nupgrade:", re.IGNORECASE)
_CONNECTION: Final = re.compile(rb"\r\nconnection: [^\r]*", re.IGNORECASE)
_AUTH: Final = re.compile(r"\r\nX-Registry-Auth: (\S+)", re.IGNORECASE)
_LENGTH: Final = re.compile(r"\r\nContent-Length: (\d+)", re.IGNORECASE)
_CHUNK: Final = 65536


def local_socket(environment: Mapping[str, str] = os.environ) -> Path | str:
    """The socket of this machine's daemon, or the reason why there is none."""
    host = environment.get("DOCKER_HOST", "")
    if host and not host.startswith("unix://"):
        return f"Docker at {host} is not on a socket of this machine"
    path = Path(host.removeprefix("unix://")) if host else _DEFAULT
    return path if path.is_socket() else "no engine for containers is here; install podman or Docker"


class Docker:
    """The daemon, and the socket before it.

    Attributes:
        name: the daemon and its version.
        socket: where the runner talks to it.
        api: the daemon's own socket.
    """

    def __init__(self, cloud: Cloud, daemon: Path, folder: Path) -> None:
        self._cloud, self._daemon = cloud, daemon
        self.api = DockerApi(daemon)
        self.name = f"Docker {self.api.version()['Version']}, for which the rehearsal pulls"
        self._pool = connection_pool(cloud.proxy_url, cloud.ca_file)
        self._loaded: list[str] = []
        self.socket = folder / "docker.sock"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.socket))
        self._listener.listen(64)
        threading.Thread(target=self._accept, name="docker-front", daemon=True).start()

    def load(self, archive: bytes, name: str) -> None:
        """Loads an image into the daemon; `stop` removes it again."""
        self.api.load(archive)
        self._loaded.append(name)

    def stop(self) -> None:
        """Removes this run's images from the daemon, and closes the connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._pool.clear()
        for name in dict.fromkeys(self._loaded):
            self.api.remove_image(name)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                byte = client.recv(1)
                if not byte:
                    return
                head += byte
            pull = _PULL.match(head.decode("latin-1"))
            if pull:
                client.sendall(self._pulled(client, head.decode("latin-1"), pull["query"]))
                return
            if not _UPGRADE.search(head):  # one request a connection: a second one could be a pull
                head = _CONNECTION.sub(b"", head[:-2]) + b"Connection: close\r\n\r\n"
            with socket.socket(socket.AF_UNIX) as daemon:
                daemon.connect(str(self._daemon))
                daemon.sendall(head)
                back = threading.Thread(target=_pour, args=(daemon, client), daemon=True)
                back.start()
                _pour(client, daemon)
                back.join()

    def _pulled(self, client: socket.socket, head: str, query: str) -> bytes:
        length = _LENGTH.search(head)
        if length:
            client.recv(int(length[1]))
        asked = {key: values[0] for key, values in parse_qs(query).items()}
        image = f"{asked.get('fromImage', '')}:{asked.get('tag', 'latest')}".removesuffix(":")
        given = _AUTH.search(head)
        login: dict[str, Any] = json.loads(base64.urlsafe_b64decode(f"{given[1]}==")) if given else {}
        words = f"{login.get('username')}:{login['password']}" if login.get("password") else ""
        auth = base64.b64encode(words.encode()).decode() if words else None
        try:
            self._pull(image, auth)
        except (PullError, EngineError, urllib3.exceptions.HTTPError) as error:
            return _answer(500, {"message": str(error)})
        return _answer(200, {"status": f"Status: Downloaded newer image for {image}"})

    def _pull(self, image: str, auth: str | None) -> None:
        host, _, path = image.partition("/")
        if host not in self._cloud.registry.hosts:
            raise EngineError(f"{image}: the rehearsal pulls from its own registries alone")
        repository, _, tag = path.rpartition(":")
        config, layers = fetched(self._pool, host, repository, tag, auth=auth)
        self.load(loadable(config, layers, image), image)


def _answer(status: int, document: dict[str, Any]) -> bytes:
    body = json.dumps(document).encode() + b"\r\n"
    lines = (f"HTTP/1.1 {status} X", "Content-Type: application/json", f"Content-Length: {len(body)}")
    head = "\r\n".join([*lines, "Connection: close", "", ""])
    return head.encode() + body


def _pour(source: socket.socket, sink: socket.socket) -> None:
    """Copies everything from one socket to the other, until the first one ends."""
    try:
        while data := source.recv(_CHUNK):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return

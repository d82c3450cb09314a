"""Debian's docker-registry behind the front: a process on loopback that keeps everything in its memory.

It knows nothing about tokens and rights: the front checks them before it asks here. A folder would be slower, since
the program waits for the disk after every blob, and would have to be removed.
"""

import json
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ..guarded import Guarded
from .images import Image
from .loopback import Connections, Reply
from .ports import free_port
from .registry_http import Answer, Request, error

PROGRAM: Final = "docker-registry"
_START_LIMIT: Final = 20.0
_OK, _CREATED, _ACCEPTED, _NOT_FOUND = 200, 201, 202, 404
_FORWARDED: Final = ("Accept", "Content-Type", "Content-Range", "Range")
# ECR gives what it has to a client that names no type; docker-registry would answer that it has nothing.
_EVERY_MANIFEST: Final = (
    "application/vnd.oci.image.index.v1+json,application/vnd.oci.image.manifest.v1+json,"
    "application/vnd.docker.distribution.manifest.list.v2+json,application/vnd.docker.distribution.manifest.v2+json"
)
_ANSWERED: Final = (
    "Content-Type",
    "Content-Range",
    "Docker-Content-Digest",
    "Docker-Upload-UUID",
    "Location",
    "Range",
)


class DockerRegistry:
    """One process for all hosts: each host is the first part of its repositories' names.

    Attributes:
        name: the program and its version.
    """

    def __init__(self, scratch: Path) -> None:
        self._images: set[tuple[str, str, str]] = set()
        """Host, repository, and tag or digest of every image that was pushed."""
        self._first_with: dict[str, str] = {}
        """The repository that a blob was seeded into first, by the blob's digest."""
        self._port = free_port()
        config = scratch / "docker-registry.json"  # JSON is YAML, which it reads
        config.write_text(json.dumps(_config(self._port)))
        self._registry = Connections(self._port, timeout=30)
        path = os.environ.get("PATH", os.defpath)
        self.name = _version(path)
        environment = {"PATH": path, "HOME": str(scratch), "TMPDIR": str(scratch), "GOGC": "400"}
        self._program = Guarded([PROGRAM, "serve", str(config)], environment, scratch / "docker-registry.log")

    def wait_ready(self) -> None:
        """Return when it takes connections.

        Raises:
            RuntimeError: it did not come up; the message ends with its log.
        """
        deadline = time.monotonic() + _START_LIMIT
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return
        log = self._program.last_words(5)
        raise RuntimeError(f"{PROGRAM} did not listen on port {self._port}; its log ends with: {log}")

    def stop(self) -> None:
        """End the process, and wait until it is gone."""
        self._registry.close()
        self._program.stop()

    def perform(
        self,
        host: str,
        repository: str,
        action: str,
        reference: str,
        request: Request,
    ) -> Answer:
        """As `Store`."""
        image = (host, repository, reference)
        if action == "BatchGetImage" and image not in self._images:
            return _no_image()  # as the program would say, which a large stack's rotations need not ask each time
        asked = urlsplit(request.target)
        below = asked.path.removeprefix(f"/v2/{repository}/")
        # The query of a new upload may name a blob to mount. As on ECR, this still begins an upload.
        query = "" if action == "InitiateLayerUpload" or not asked.query else f"?{asked.query}"
        headers = {name: ", ".join(request.headers.get_all(name, [])) for name in _FORWARDED if name in request.headers}
        if action == "BatchGetImage":
            headers.setdefault("Accept", _EVERY_MANIFEST)
        method = "GET" if request.method == "HEAD" else request.method
        found = self._ask(method, f"{host}/{repository}/{below}{query}", request.body, headers)
        if found.status == _NOT_FOUND and action == "BatchGetImage":
            return _no_image()
        if found.status == _CREATED and action == "PutImage":
            self._images |= {image, (host, repository, found.headers["Docker-Content-Digest"])}
        if action == "ListImages":
            tags = json.loads(found.content).get("tags") if found.status == _OK else None
            return Answer.json(_OK, {"name": repository, "tags": sorted(tags or [])})
        kept = {name: found.headers[name] for name in _ANSWERED if name in found.headers}
        if "Location" in kept:
            kept["Location"] = kept["Location"].replace(f"/v2/{host}/", "/v2/", 1)
        return Answer(found.status, found.content, kept)

    def seed(self, host: str, repository: str, tag: str, image: Image) -> str:
        """As `Store`: a push that no front judges. A blob that another repository has is mounted from there."""
        base = f"{host}/{repository}"
        for digest, blob in image.blobs.items():
            first = self._first_with.setdefault(digest, base)
            mount = f"?mount={digest}&from={first}" if first != base else ""
            begun = self._expect({_CREATED, _ACCEPTED}, "POST", f"{base}/blobs/uploads/{mount}")
            if begun.status == _ACCEPTED:  # nothing was mounted
                upload = begun.headers["Location"].removeprefix("/v2/")
                self._expect({_CREATED}, "PUT", f"{upload}&digest={digest}", blob)
        typed = {"Content-Type": image.media_type}
        made = self._expect({_CREATED}, "PUT", f"{base}/manifests/{tag}", image.manifest, typed)
        digest = made.headers["Docker-Content-Digest"]
        self._images |= {(host, repository, tag), (host, repository, digest)}
        return digest

    def _expect(self, statuses: set[int], method: str, path: str, *rest: Any) -> Reply:
        answer = self._ask(method, path, *rest)
        if answer.status not in statuses:
            raise RuntimeError(f"{PROGRAM} answered {answer.status} to {method} {path}: {answer.content[:300]!r}")
        return answer

    def _ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
        return self._registry.ask(method, f"/v2/{path}", body, (headers or {}).items())


def _config(port: int) -> dict[str, Any]:
    return {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"inmemory": {}, "maintenance": {"uploadpurging": {"enabled": False}}},
        "http": {"addr": f"127.0.0.1:{port}", "relativeurls": True, "secret": "rehearsal-not-a-secret"},
    }


def _no_image() -> Answer:
    return error(_NOT_FOUND, "MANIFEST_UNKNOWN", "Requested image not found")


def _version(path: str) -> str:
    run = subprocess.run([PROGRAM, "--version"], env={"PATH": path}, capture_output=True, text=True, check=True)  # noqa: S603 - as found on PATH
    return f"{PROGRAM} {run.stdout.split()[-1]}"

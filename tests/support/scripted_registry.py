"""A registry in memory, on which the rotator tries tokens."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from components.rotation.http import Response


def answer(status: int, document: Any = None) -> Response:
    body = document if isinstance(document, bytes) else b"" if document is None else json.dumps(document).encode()
    return Response(status, {}, body)


class ScriptedRegistry:
    def __init__(self, world: Any) -> None:
        self._world = world

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Response:
        assert method == "GET"
        assert body is None
        return self._world.call(f"registry {urlsplit(url).path}", lambda: self._answer(url, headers))

    def _answer(self, url: str, headers: Mapping[str, str]) -> Response:
        path, auth = urlsplit(url).path, headers["Authorization"].removeprefix("Basic ")
        if (fault := self._world.registry_fault(path)) is not None:
            return fault
        if not self._world.lives(auth):
            return answer(401)
        if path == "/v2/":
            return answer(200)
        repository = path.removeprefix("/v2/").partition("/manifests/")[0]
        return answer(404 if self._world.allowed(self._world.tokens[auth].role_arn, repository) else 403)

"""Plain HTTP for what a client library hides: status, headers and body as they came."""

import json
from contextlib import AbstractContextManager
from typing import Any

import urllib3


class Api(AbstractContextManager["Api"]):
    """Sends to one server with one token; `json` is sent as JSON, `fields` as a multipart form, `body` as it is."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url
        self._headers = {"PRIVATE-TOKEN": token} if token else {}
        self._pool = urllib3.PoolManager(retries=False)  # redirects are shown, not followed

    def __call__(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        fields: dict[str, str] | None = None,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        timeout: float = 5,
    ) -> urllib3.BaseHTTPResponse:
        url = self._url + ("/api/v4" + path if not path.startswith(("/.well-known", "/oauth")) else path)
        content: dict[str, Any] = {} if json is None else {"json": json}
        if fields is not None:
            content = {"fields": fields}
        if body is not None:
            content = {"body": body}
        return self._pool.request(method, url, headers=self._headers | (headers or {}), timeout=timeout, **content)

    def decoded(self, method: str, path: str, **content: Any) -> tuple[int, Any]:
        """Status and decoded body, for comparing both at once."""
        answer = self(method, path, **content)
        return answer.status, json.loads(answer.data) if answer.data else None

    def __exit__(self, *_: object) -> None:
        self._pool.clear()

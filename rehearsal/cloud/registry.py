"""The registry front: Docker's Registry HTTP API v2 over TLS, as ECR answers it.

The emulator decides what a request may do: each is one ECR action, called there as the session that minted the token.
As on ECR, a token that is missing or unknown is 401, an expired one 403, a denial 403 with ECR's own words, and only
a caller with the right learns that a repository or an image is absent. A mount starts an upload, as on ECR unless the
account turned blob mounting on.

A store keeps the repositories' contents: Debian's docker-registry, or this project's own store where that is not
installed.

Not as on ECR: blobs come from here and not by a redirect to S3, and that a token of another region gets 401 is an
assumption.
"""

import re
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import urlsplit

from components.names.registries import repository_arn
from components.names.registry_host import RegistryHost, parse_registry_host

from .images import Image, digest_of
from .judge import Judge, Verdict
from .registry_http import Answer, Request, digest_asked, error, read_request, send_answer
from .serving import Service
from .store import Store
from .tokens import Token, TokenBook

_NAME: Final = r"/v2/(?P<name>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
_MANIFEST: Final = re.compile(_NAME + r"/manifests/(?P<reference>[A-Za-z0-9._:-]+)")
_BLOB: Final = re.compile(_NAME + r"/blobs/(?P<reference>sha256:[0-9a-f]{64})")
_UPLOADS: Final = re.compile(_NAME + r"/blobs/uploads/(?P<reference>[0-9a-f-]*)")
_TAGS: Final = re.compile(_NAME + r"/tags/(?P<reference>list)")
_ACTIONS: Final = (
    ("GET", _MANIFEST, "BatchGetImage"),
    ("HEAD", _MANIFEST, "BatchGetImage"),
    ("PUT", _MANIFEST, "PutImage"),
    ("POST", _UPLOADS, "InitiateLayerUpload"),
    ("PATCH", _UPLOADS, "UploadLayerPart"),
    ("PUT", _UPLOADS, "CompleteLayerUpload"),
    ("GET", _BLOB, "GetDownloadUrlForLayer"),
    ("HEAD", _BLOB, "BatchCheckLayerAvailability"),
    ("GET", _TAGS, "ListImages"),
)
_REASON: Final = re.compile(r"(?:because|with an explicit deny) .*", re.DOTALL)
_EXPIRED: Final = "Your authorization token has expired. Reauthenticate and try again."


@dataclass(frozen=True)
class RegistryRequest:
    """One request and its outcome. `principal_arn` and `fingerprint` are those of the token, if it was known."""

    at: datetime
    host: str
    repository: str | None
    action: str | None
    status: int
    allowed: bool
    principal_arn: str | None
    fingerprint: str | None


class Registry:
    """Serves all hosts on one port; a CONNECT proxy brings their requests here.

    Attributes:
        requests: every request, oldest first.
        failures: what neither allowed nor denied: failures of this front, which a rehearsal must not have.
    """

    def __init__(
        self, hosts: Sequence[str], tokens: TokenBook, judge: Judge, tls: ssl.SSLContext, store: Store
    ) -> None:
        self._hosts = {host: _parse(host) for host in hosts}
        self._tokens = tokens
        self._judge = judge
        self._store = store
        self._tampered: set[tuple[str, str, str]] = set()
        self._lock = threading.Lock()
        self.requests: list[RegistryRequest] = []
        self.failures: list[str] = []
        self._service = Service("registry", self._serve, tls)
        self.port = self._service.port

    @property
    def kept_by(self) -> str:
        """The store of the images."""
        return self._store.name

    @property
    def hosts(self) -> tuple[str, ...]:
        """The registry hosts that it answers for."""
        return tuple(self._hosts)

    def push(self, host: str, repository: str, tag: str, image: Image) -> str:
        """Seed an image without checking rights; returns its digest. The repository exists once ECR has it."""
        if host not in self._hosts:
            raise ValueError(f"host: got {host!r}; write one of {', '.join(self._hosts)}")
        return self._store.seed(host, repository, tag, image)

    def tamper(self, host: str, repository: str, digest: str) -> None:
        """A fault: the bytes of a blob or manifest no longer match its digest."""
        self._tampered.add((host, repository, digest))

    def take_over(self, connection: socket.socket, address: Any) -> None:
        """Serve a client's connection, which the proxy accepted."""
        self._service.take_over(connection, address)

    def stop(self) -> None:
        """Take no more requests."""
        self._service.stop()

    def _serve(self, connection: BaseHTTPRequestHandler) -> None:
        send_answer(self._answer(read_request(connection)), connection)

    def _answer(self, request: Request) -> Answer:
        token = self._tokens.find(request.auth) if request.auth else None
        path, action, match = _route(request)
        allowed = False
        try:
            answer, allowed = self._decide(request, token, path, action, match)
        except Exception as problem:  # noqa: BLE001 - a failure of the front must reach `failures`
            with self._lock:
                self.failures.append(f"{request.method} {request.host}{path}: {problem}")
            answer = error(500, "UNKNOWN", f"registry front: {problem}")
        with self._lock:
            self.requests.append(
                RegistryRequest(
                    at=self._tokens.clock.now(),
                    host=request.host,
                    repository=match["name"] if match else None,
                    action=f"ecr:{action}" if action else None,
                    status=answer.status,
                    allowed=allowed,
                    principal_arn=token.session.principal_arn if token else None,
                    fingerprint=token.fingerprint if token else None,
                )
            )
        return answer

    def _decide(  # noqa: PLR0911 - one return for each answer that ECR has
        self, request: Request, token: Token | None, path: str, action: str, match: re.Match[str] | None
    ) -> tuple[Answer, bool]:
        registry = self._hosts[request.host]
        if token is None or token.region != registry.region:
            return _challenge(request.host), False
        if self._tokens.is_expired(token):
            return error(403, "DENIED", _EXPIRED), False
        if path.rstrip("/") == "/v2":
            return Answer(200), True
        if match is None:
            return error(405, "UNSUPPORTED", f"{request.method} {path} is not supported"), False
        name, reference = match["name"], match["reference"]
        arguments = {"repositoryName": name, **_arguments(action, reference, request)}
        verdict, message = self._judge.ask(token.session, registry.account, registry.region, action, arguments)
        if verdict is Verdict.DENIED:
            resource = repository_arn(registry.account, registry.region, name)
            reason = _REASON.search(message)
            return error(
                403,
                "DENIED",
                f"User: {token.session.principal_arn} is not authorized to perform: ecr:{action} "
                f"on resource: {resource} {reason[0] if reason else 'because no policy allows it'}",
            ), False
        if verdict is Verdict.NO_REPOSITORY:
            text = f"The repository with name '{name}' does not exist in the registry with id '{registry.account}'"
            return error(404, "NAME_UNKNOWN", text), True
        if verdict is Verdict.TAG_EXISTS:
            text = f"The image tag '{reference}' already exists in the '{name}' repository and cannot be overwritten"
            return error(400, "TAG_INVALID", f"{text} because the tag is immutable."), True
        return self._perform(action, request, match), True

    def _perform(self, action: str, request: Request, match: re.Match[str]) -> Answer:
        name, reference = match["name"], match["reference"]
        answer = self._store.perform(request.host, name, action, reference, request)
        if (request.host, name, answer.headers.get("Docker-Content-Digest", "")) in self._tampered:
            answer.body = answer.body + b" " if action == "BatchGetImage" else answer.body[:-1] + b"\0"
        return answer


def _route(request: Request) -> tuple[str, str, re.Match[str] | None]:
    path = urlsplit(request.target).path
    for method, pattern, action in _ACTIONS:
        match = pattern.fullmatch(path)
        if match and method == request.method:
            return path, action, match
    return path, "", None


def _arguments(  # noqa: PLR0911 - one return for each action
    action: str, reference: str, request: Request
) -> dict[str, Any]:
    kind = "imageDigest" if reference.startswith("sha256:") else "imageTag"
    size = max(len(request.body), 1)
    match action:
        case "BatchGetImage":
            return {"imageIds": [{kind: reference}]}
        case "GetDownloadUrlForLayer":
            return {"layerDigest": reference}
        case "BatchCheckLayerAvailability":
            return {"layerDigests": [reference]}
        case "UploadLayerPart":
            return {"uploadId": reference, "partFirstByte": 0, "partLastByte": size - 1, "layerPartBlob": ""}
        case "CompleteLayerUpload":
            return {"uploadId": reference, "layerDigests": [digest_asked(request)]}
        case "PutImage":
            image = {"imageManifest": request.body.decode(), "imageDigest": digest_of(request.body)}
            return image | ({"imageTag": reference} if kind == "imageTag" else {})
        case _:
            return {}


def _challenge(host: str) -> Answer:
    answer = error(401, "UNAUTHORIZED", "Not Authorized")
    answer.headers["WWW-Authenticate"] = f'Basic realm="https://{host}/",service="ecr.amazonaws.com"'
    return answer


def _parse(host: str) -> RegistryHost:
    parsed = parse_registry_host(host)
    if parsed is None:
        raise ValueError(
            f"hosts: got {host!r}; write ECR registry hosts such as 123456789012.dkr.ecr.eu-central-1.amazonaws.com"
        )
    return parsed

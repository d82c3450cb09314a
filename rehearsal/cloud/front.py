"""The AWS front: a plain-HTTP reverse proxy before the emulator.

Requests pass untouched, `Host` included, so that their signatures verify. From each answer that creates a session, the
front learns that session. The emulator's registry token is a constant; the front replaces it by one of the real form,
tied to the session that asked.
"""

import http.client
import json
import re
import ssl
import threading
from dataclasses import dataclass
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Final
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

from components.names.registry_host import partition_of, registry_host

from .loopback import Connections
from .serving import Service, read_body
from .tokens import Session, Token, TokenBook

_CREDENTIAL: Final = re.compile(r"Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/")
_CREATE_CREDENTIALS: Final = ("AssumeRole", "AssumeRoleWithWebIdentity", "CreateAccessKey")
_SECRET: Final = b"<SecretAccessKey>"  # only answers with credentials have one
_GET_TOKEN: Final = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"  # noqa: S105 - an action's name
_LONGEST_ANSWER_SECONDS: Final = 900.0  # of a function, as on AWS
_HOP_BY_HOP: Final = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"})


@dataclass(frozen=True)
class TokenRequest:
    """One GetAuthorizationToken: the caller, and the token's fingerprint, or why there is none."""

    at: datetime
    access_key: str
    principal_arn: str | None
    region: str
    fingerprint: str | None
    refused: str | None


class AwsFront:
    """Serves the emulator's API on a separate port.

    Attributes:
        token_requests: every GetAuthorizationToken that the emulator allowed, oldest first.
    """

    def __init__(self, account: str, region: str, upstream_port: int, tokens: TokenBook) -> None:
        self._users = f"arn:{partition_of(region)}:iam::{account}:user"
        self._emulator = Connections(upstream_port, _LONGEST_ANSWER_SECONDS)
        self._tokens = tokens
        self._lock = threading.Lock()
        self.token_requests: list[TokenRequest] = []
        self._service = Service("aws-front", self._serve)
        self.port = self._service.port
        self.endpoint_url = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Take no more requests."""
        self._service.stop()
        self._emulator.close()

    def serve_tls(self, tls: ssl.SSLContext) -> Service:
        """The same by TLS, for clients that take no other address than AWS's own."""
        return Service("aws-front-tls", self._serve, tls)

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        body = read_body(request)
        try:
            status, content, headers = self._ask(request, body)
        except (OSError, http.client.HTTPException) as error:
            status, headers = 502, [("Content-Type", "text/plain")]
            content = f"AWS front: the emulator does not answer: {error}".encode()
        if status == http.client.OK:
            status, content = self._read_answer(request, body, content)
        request.send_response(status)
        for name, value in headers:
            if name.lower() not in _HOP_BY_HOP:
                request.send_header(name, value)
        # A HEAD has no content, but says how long it would be.
        length = (
            next((text for name, text in headers if name.lower() == "content-length"), None)
            if request.command == "HEAD"
            else None
        )
        request.send_header("Content-Length", length or str(len(content)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(content)

    def _ask(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes, list[tuple[str, str]]]:
        # The loopback stands for AWS's own addresses, which clients reach by TLS; policies ask for that.
        headers = [*request.headers.items(), ("X-Forwarded-Proto", "https")]
        reply = self._emulator.ask(request.command, request.path, body, headers)
        return reply.status, reply.content, reply.headers.items()

    def _read_answer(self, request: BaseHTTPRequestHandler, body: bytes, content: bytes) -> tuple[int, bytes]:
        if request.headers.get("X-Amz-Target") == _GET_TOKEN:
            return self._hand_out_token(request)
        if _SECRET in content and _query_action(request, body) in _CREATE_CREDENTIALS:
            self._tokens.register(_session_in(content, self._users))
        return http.client.OK, content

    def _hand_out_token(self, request: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        credential = _CREDENTIAL.search(request.headers.get("Authorization", ""))
        access_key, region = (credential["key"], credential["region"]) if credential else ("none", "none")
        session = self._tokens.session(access_key)
        token: Token | None = None
        refused: str | None = None
        if session is None:
            refused = (
                f"AWS front: GetAuthorizationToken by access key {access_key}, which is the root of the account or was "
                "not made by AssumeRole, AssumeRoleWithWebIdentity or CreateAccessKey through this front; "
                "ask with a role session made through it"
            )
            status, answer = http.client.BAD_REQUEST, {"__type": "RehearsalFrontException", "message": refused}
        else:
            auth, token = self._tokens.mint(session, region)
            datum = {
                "authorizationToken": auth,
                "expiresAt": token.expires_at.timestamp(),
                "proxyEndpoint": f"https://{registry_host(session.account, region)}",
            }
            status, answer = http.client.OK, {"authorizationData": [datum]}
        with self._lock:
            self.token_requests.append(
                TokenRequest(
                    at=self._tokens.clock.now(),
                    access_key=access_key,
                    principal_arn=session.principal_arn if session else None,
                    region=region,
                    fingerprint=token.fingerprint if token else None,
                    refused=refused,
                )
            )
        return status, json.dumps(answer).encode()


def _query_action(request: BaseHTTPRequestHandler, body: bytes) -> str:
    fields = parse_qs(urlsplit(request.path).query)
    if "urlencoded" in request.headers.get("Content-Type", ""):
        fields |= parse_qs(body.decode())
    return fields.get("Action", [""])[0]


def _session_in(answer: bytes, users: str) -> Session:
    values = {element.tag.rpartition("}")[2]: element.text or "" for element in ET.fromstring(answer).iter()}  # noqa: S314 - written by our own emulator
    return Session(
        access_key=values["AccessKeyId"],
        secret_key=values["SecretAccessKey"],
        session_token=values.get("SessionToken"),
        # AssumeRole names the session's ARN, CreateAccessKey only the user.
        principal_arn=values.get("Arn") or f"{users}/{values['UserName']}",
    )

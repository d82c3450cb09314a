"""HTTP as the registry front speaks it: requests with a token, answers with a digest, errors in the registry's JSON."""

import json
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from .serving import read_body


@dataclass(frozen=True)
class Request:
    """A request, read whole. `auth` is what follows `Basic` in its Authorization header, or empty."""

    method: str
    host: str
    target: str
    auth: str = field(repr=False)
    headers: Message = field(repr=False)
    body: bytes = field(repr=False)


@dataclass
class Answer:
    """What goes back. A HEAD request gets the headers of the body, not the body."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def json(cls, status: int, document: dict[str, Any]) -> Self:
        """An answer whose body is this document."""
        return cls(status, json.dumps(document).encode(), {"Content-Type": "application/json; charset=utf-8"})


def error(status: int, code: str, message: str) -> Answer:
    """An error as registries write them."""
    return Answer.json(status, {"errors": [{"code": code, "message": message}]})


def digest_asked(request: Request) -> str:
    """The digest that the end of an upload names."""
    return parse_qs(urlsplit(request.target).query).get("digest", [""])[0]


def read_request(source: BaseHTTPRequestHandler) -> Request:
    """The request that a connection brought."""
    scheme, _, auth = source.headers.get("Authorization", "").partition(" ")
    return Request(
        method=source.command,
        host=source.headers.get("Host", "").removesuffix(":443"),
        target=source.path,
        auth=auth.strip() if scheme.lower() == "basic" else "",
        headers=source.headers,
        body=read_body(source),
    )


def send_answer(answer: Answer, sink: BaseHTTPRequestHandler) -> None:
    """Send it back on the connection that brought the request."""
    sink.send_response(answer.status)
    sink.send_header("Docker-Distribution-Api-Version", "registry/2.0")
    for name, value in answer.headers.items():
        sink.send_header(name, value)
    sink.send_header("Content-Length", str(len(answer.body)))
    sink.end_headers()
    if sink.command != "HEAD":
        sink.wfile.write(answer.body)

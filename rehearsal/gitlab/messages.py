"""One request, one reply, and the error replies GitLab's API has in common."""

import json
from dataclasses import dataclass, field
from email.message import Message
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True)
class Request:
    """What a client sent; `segments` is the path below `/api/v4`, split before it is URL-decoded."""

    method: str
    path: str
    query: str
    segments: tuple[str, ...]
    params: dict[str, Any]
    headers: Message
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    content_type: str = "application/json"


class ApiError(Exception):
    """Ends the handling of a request with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def json_reply(value: Any, status: int = HTTPStatus.OK, headers: dict[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(value, separators=(",", ":")).encode(), headers or {})


def no_content() -> Reply:
    return Reply(HTTPStatus.NO_CONTENT)


def message(status: int, text: Any) -> ApiError:
    """Most of GitLab's own errors: `{"message": ...}`."""
    return ApiError(json_reply({"message": text}, status))


def parameter_error(text: str) -> ApiError:
    """An error about parameters, as Grape, GitLab's API framework, writes it: a top-level `error`."""
    return ApiError(json_reply({"error": text}, HTTPStatus.BAD_REQUEST))


def unauthorized() -> ApiError:
    return message(HTTPStatus.UNAUTHORIZED, "401 Unauthorized")


def bad_token(description: str) -> ApiError:
    challenge = f'Bearer realm="The API", error="invalid_token", error_description="{description}"'
    body = {"error": "invalid_token", "error_description": description}
    return ApiError(json_reply(body, HTTPStatus.UNAUTHORIZED, {"WWW-Authenticate": challenge}))


def insufficient_scope(wanted: tuple[str, ...]) -> ApiError:
    return ApiError(
        json_reply(
            {
                "error": "insufficient_scope",
                "error_description": "The request requires higher privileges than provided by the access token.",
                "scope": " ".join(wanted),
            },
            HTTPStatus.FORBIDDEN,
        )
    )


def forbidden(reason: str = "") -> ApiError:
    return message(HTTPStatus.FORBIDDEN, f"403 Forbidden - {reason}" if reason else "403 Forbidden")


def bad_request(reason: str) -> ApiError:
    return message(HTTPStatus.BAD_REQUEST, f"400 Bad request - {reason}")


def not_found(what: str = "") -> ApiError:
    return message(HTTPStatus.NOT_FOUND, f"404 {what} Not Found" if what else "404 Not Found")


def not_allowed(text: str = "405 Method Not Allowed") -> ApiError:
    return message(HTTPStatus.METHOD_NOT_ALLOWED, text)

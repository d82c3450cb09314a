"""Requests to the instance's own REST API, with the real provider's messages for refusals."""

from typing import Any, Final

from rehearsal.adapter.clients import Clients
from rehearsal.adapter.kind import GoneError, Values

from ...json_values import is_list, is_mapping

_GONE: Final = 404
_REFUSED: Final = 400


class RefusedError(Exception):
    """GitLab refused. The message has its status and its words."""


def call(clients: Clients, method: str, path: str, body: Values | None = None) -> Any:
    """The answer of `method path`.

    Raises:
        GoneError: it is not there.
        RefusedError: GitLab refused.
    """
    status, answer = clients.gitlab_api(method, path, body or {})
    if status == _GONE and method != "POST":
        raise GoneError(f"{method} {path}: {status} {_words(answer)}")
    if status >= _REFUSED:
        raise RefusedError(f"{method} {path}: {status} {_words(answer)}")
    return answer


def _words(answer: Any) -> str:
    """The answer as the provider's client writes it: `{message: {key: [(A) has already been taken]}}`."""
    if is_mapping(answer):
        return "{" + ", ".join(f"{key}: {_words(value)}" for key, value in answer.items()) + "}"
    if is_list(answer):
        return "[" + ", ".join(_words(item) for item in answer) + "]"
    return str(answer)

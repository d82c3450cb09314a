"""GitLab's message about a missing permission, and hostile answers instead of it."""

import json
from datetime import date
from typing import Any

import pytest
from leaks import assert_clean

from components.cli.gitlab_api import GitLabApi, ReadError
from components.rotation.gitlab import GitLabError
from components.rotation.granular import may_too_little, missing_permission
from components.rotation.http import Response
from components.rotation.renewal.gitlab_tokens import GitLabTokens, MissingPermissionError
from components.rotation.secret import Secret

_DAY = date(2027, 1, 1)
_TOKEN = "glpat-fake-Qx7Lm2Vd9Tz4Hw5Rb8Nc3"


def _answer(body: Any, status: int = 403) -> Response:
    return Response(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


class _Server:
    """Answers everything with one answer."""

    def __init__(self, answer: Response) -> None:
        self._answer = answer

    def request(self, method: str, url: str, headers: object, body: bytes | None = None) -> Response:  # noqa: ARG002 - as Http has it
        return self._answer


def _granular(words: Any) -> Response:
    return _answer({"error": "insufficient_granular_scope", "error_description": words})


def test_the_error_shows_gitlabs_sentence() -> None:
    words = "Access denied: Your Personal Access Token lacks the required permissions: [Variable: Update]."
    assert missing_permission(_granular(words), Secret(_TOKEN)) == words


@pytest.mark.parametrize(
    "words",
    [f"you sent {_TOKEN}", _TOKEN[6:20], f"{_TOKEN.encode().hex()}", "x" * 1_999 + _TOKEN, json.dumps([_TOKEN])],
)
def test_no_message_shows_the_token_that_a_server_repeats(words: str) -> None:
    server = _Server(_granular(words))
    tokens = GitLabTokens("https://gitlab.example.com", server)
    message: list[str] = []
    for ask in (lambda: tokens.facts(Secret(_TOKEN)), lambda: tokens.rotate(Secret(_TOKEN), None, _DAY)):
        with pytest.raises(MissingPermissionError) as failed:
            ask()
        message.append(str(failed.value))
    with pytest.raises(ReadError) as unread:
        GitLabApi("https://gitlab.example.com", Secret(_TOKEN), server).get("personal_access_tokens/self")
    message += [str(unread.value), unread.value.missing, unread.value.lacking]
    assert_clean("\n".join(message), _TOKEN)


@pytest.mark.parametrize(
    "words", [None, "", 7, [], {}, {"a": [1]}, True, "\u001b[31m\u202eno\r\n", "\ud800" * 9, "x" * 5_000]
)
def test_a_sentence_of_any_form_is_one_printable_line(words: Any) -> None:
    message = missing_permission(_granular(words), Secret(_TOKEN))
    assert message.isprintable()
    assert 0 < len(message) < 300


@pytest.mark.parametrize(
    "answer",
    [
        _answer({"error": "insufficient_granular_scope"}, 200),
        _answer({"error": "insufficient_granular_scope"}, 401),
        _answer({"error": ["insufficient_granular_scope"]}),
        _answer({"error": {}}),
        _answer({"error_description": "insufficient_granular_scope"}),
        _answer([]),
        _answer(b"insufficient_granular_scope"),
        _answer(b"[" * 100_000),
    ],
    ids=range(8),
)
def test_no_other_answer_is_taken_for_a_missing_permission(answer: Response) -> None:
    assert missing_permission(answer, Secret(_TOKEN)) == ""
    assert not may_too_little(answer)
    with pytest.raises(GitLabError) as failed:
        GitLabTokens("https://gitlab.example.com", _Server(answer)).facts(Secret(_TOKEN))
    assert not isinstance(failed.value, MissingPermissionError)

"""What the job of a note says when GitLab answers otherwise than it should."""

import json
from typing import Any

import pytest

from components.cli import merge_request
from components.cli.errors import CliError
from components.cli.merge_request import MergeRequest, Published
from components.rotation.http import Response, UnreachableError
from components.rotation.secret import Secret

_USER = {"GET user": (200, {"id": 3})}


def _published(monkeypatch: pytest.MonkeyPatch, answers: dict[str, tuple[int, Any]]) -> Published:
    """Publishes a note to a GitLab that answers so to a method and the last part of a path."""

    def ask(_http: object, _token: object, method: str, url: str, _body: object = None) -> Response:
        status, document = answers[f"{method} {url.partition('?')[0].rpartition('/')[2]}"]
        if not status:
            raise UnreachableError(document)
        return Response(status, {}, json.dumps(document).encode())

    monkeypatch.setattr(merge_request, "ask_gitlab", ask)
    http: Any = None
    made = MergeRequest("https://gitlab.example.com/api/v4", "7", "5", Secret("glpat-fake-0000"), http)
    return made.publish("mark", "mark it")


@pytest.mark.parametrize(("author", "found"), [(3, Published(9, created=False)), (4, Published(10, created=True))])
def test_only_a_note_of_our_own_is_replaced(monkeypatch: pytest.MonkeyPatch, author: int, found: Published) -> None:
    notes = [{"id": 8, "body": "hello"}, {"id": 9, "body": "mark", "author": {"id": author}}]
    answers = {**_USER, "GET notes": (200, notes), "PUT 9": (200, {"id": 9}), "POST notes": (201, {"id": 10})}
    assert _published(monkeypatch, answers) == found


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"GET user": (0, "no route")}, "GitLab is unreachable: no route"),
        ({"GET user": (401, {})}, "GitLab answered 401 to GET for !5; GITLAB_ECR_NOTE_TOKEN needs the scope api"),
        ({"GET user": (200, [])}, "GitLab answered 200 to GET, but not with what was asked for"),
        ({**_USER, "GET notes": (404, {})}, "the merge request is not there, or GITLAB_ECR_NOTE_TOKEN belongs to"),
        ({**_USER, "GET notes": (200, {})}, "GitLab answered 200 for the notes of !5, but not with notes"),
        ({**_USER, "GET notes": (200, []), "POST notes": (500, {})}, "500 to POST for !5; see GitLab's status"),
    ],
)
def test_another_answer_is_an_error_with_advice(
    monkeypatch: pytest.MonkeyPatch, answers: dict[str, tuple[int, Any]], words: str
) -> None:
    with pytest.raises(CliError) as raised:
        _published(monkeypatch, answers)
    assert words in raised.value.message

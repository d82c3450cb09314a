"""A GitLab that answers each request from a table, for tests of a few answers that need no server."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from scripted_registry import answer

from components.cli.gitlab_api import GitLabApi
from components.rotation.http import Response, UnreachableError
from components.rotation.secret import Secret

URL = "https://gitlab.example.com"
DOWN = "down"
"""An answer that does not come."""


class ScriptedGitLab:
    """Answers by the path, such as `projects/acme/web`: with a document, a status, or both. Others are not found."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.asked: list[str] = []
        self._answers = answers

    def request(self, method: str, url: str, headers: object, body: bytes | None = None) -> Response:  # noqa: ARG002 - as Http has it
        path = unquote(urlsplit(url).path.removeprefix("/api/v4/"))
        self.asked.append(f"{method} {path}")
        found = self._answers.get(path, 404)
        if found == DOWN:
            raise UnreachableError("gitlab.example.com: no answer in time")
        status, document = (
            found if isinstance(found, tuple) else (found, None) if isinstance(found, int) else (200, found)
        )
        return answer(status, document)


def scripted_api(answers: Mapping[str, Any]) -> GitLabApi:
    return GitLabApi(URL, Secret("glpat-fake-0000"), ScriptedGitLab(answers))

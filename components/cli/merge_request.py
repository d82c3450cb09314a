"""The notes on the merge request that this CI job runs for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, cast

from ..rotation.http import Http, Response, UnreachableError, ask_gitlab
from ..rotation.secret import Secret
from .errors import CliError
from .gitlab_api import given_token, http_client, instance, next_page

_JOB: Final = ("CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID")
_API: Final = "/api/v4"
_TOKEN: Final = "GITLAB_ECR_NOTE_TOKEN"  # noqa: S105 - a variable's name


@dataclass(frozen=True)
class Published:
    """The note that was written, and whether it is a new one."""

    id: int
    created: bool


class MergeRequest:
    """One merge request, read and written with one token."""

    def __init__(self, api_url: str, project_id: str, iid: str, token: Secret, http: Http) -> None:
        self.iid = iid
        self._api = api_url
        self._notes = f"{api_url}/projects/{project_id}/merge_requests/{iid}/notes"
        self._token = token
        self._http = http

    @classmethod
    def of_this_job(cls, environment: Mapping[str, str]) -> "MergeRequest":
        """The merge request that the job's variables name.

        Raises:
            CliError: a variable is missing.
        """
        for name in _JOB:
            if not environment.get(name):
                raise CliError(f"{name}: not set; post from a job of a merge request pipeline, or leave --post out")
        if not environment.get(_TOKEN):
            raise CliError(
                f"{_TOKEN}: not set; store a project access token with role Reporter and scope api in this CI/CD "
                "variable, scoped to the environment of the note's job"
            )
        api_url, project_id, iid = (environment[name] for name in _JOB)
        api_url = f"{instance(api_url.removesuffix(_API), _JOB[0])}{_API}"
        http = http_client(allow_http=api_url.startswith("http://"))
        return cls(api_url, project_id, iid, given_token(environment[_TOKEN], _TOKEN), http)

    def publish(self, marker: str, body: str) -> Published:
        """Writes the note. It replaces our earlier note, which begins with the marker, if there is one.

        Raises:
            CliError: GitLab refused, or did not answer.
        """
        own = self._send("GET", f"{self._api}/user").get("id")
        for note in self._all():
            # Anybody can write the marker, but somebody else's note is not ours to change.
            if str(note.get("body", "")).startswith(marker) and note.get("author", {}).get("id") == own:
                self._send("PUT", f"{self._notes}/{note['id']}", {"body": body})
                return Published(note["id"], created=False)
        return Published(self._send("POST", self._notes, {"body": body})["id"], created=True)

    def _all(self) -> Iterator[dict[str, Any]]:
        page = "1"
        while page:
            response = self._answer("GET", f"{self._notes}?sort=asc&per_page=100&page={page}")
            notes = response.json()
            if not isinstance(notes, list):
                raise CliError(f"GitLab answered {response.status} for the notes of !{self.iid}, but not with notes")
            yield from cast("list[dict[str, Any]]", notes)
            page = next_page(response, page)

    def _send(self, method: str, url: str, body: Mapping[str, str] | None = None) -> dict[str, Any]:
        response = self._answer(method, url, body)
        document = response.json()
        if not isinstance(document, dict) or "id" not in document:
            raise CliError(f"GitLab answered {response.status} to {method}, but not with what was asked for")
        return cast("dict[str, Any]", document)

    def _answer(self, method: str, url: str, body: Mapping[str, str] | None = None) -> Response:
        try:
            response = ask_gitlab(self._http, self._token, method, url, body)
        except UnreachableError as error:
            raise CliError(f"GitLab is unreachable: {error}") from None
        if response.status in {HTTPStatus.OK, HTTPStatus.CREATED}:
            return response
        raise CliError(f"GitLab answered {response.status} to {method} for !{self.iid}; {_advice(response.status)}")


def _advice(status: int) -> str:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return f"{_TOKEN} needs the scope api and the role Reporter, and must not have expired"
    if status == HTTPStatus.NOT_FOUND:
        return f"the merge request is not there, or {_TOKEN} belongs to another project"
    return "see GitLab's status, and try the job again"

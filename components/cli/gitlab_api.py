"""GitLab as the commands read it: with the token of the person or job that runs them."""

import os
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote

import click

from ..rotation.clock import Deadline, SystemClock
from ..rotation.http import Http, PooledHttp, UnreachableError, ask_gitlab
from ..rotation.secret import Secret
from .errors import CliError

TOKEN: Final = "GITLAB_TOKEN"  # noqa: S105 - a variable's name
_SECONDS: Final = 120.0
_ANSWER_LIMIT: Final = 64 << 20  # a page of 100 variables, each of any length

url_option = click.option(
    "--gitlab-url",
    envvar="CI_SERVER_URL",
    default="https://gitlab.com",
    show_default=True,
    metavar="URL",
    help="The GitLab instance; a job's CI_SERVER_URL by default.",
)
"""The option of every command that reads GitLab."""


class RefusedError(Exception):
    """GitLab does not show this to the token: 403 or 404."""


class GitLabApi:
    """One instance, read with one token."""

    def __init__(self, url: str, token: Secret, http: Http) -> None:
        self._api = f"{url.rstrip('/')}/api/v4"
        self._token = token
        self._http = http

    @classmethod
    def of(cls, url: str, environment: Mapping[str, str]) -> "GitLabApi":
        """The instance, with the token of the environment.

        Raises:
            CliError: there is none.
        """
        if not environment.get(TOKEN):
            raise CliError(
                f"{TOKEN}: not set; write a token with scope read_api into it, of a Maintainer of the project and an "
                "Owner of its groups: nobody else may see CI/CD variables"
            )
        return cls(url, Secret(environment[TOKEN]), http_client(allow_http=url.startswith("http://")))

    def get(self, path: str) -> dict[str, Any]:
        """One object.

        Raises:
            RefusedError: the token may not see it, or it is not there.
            CliError: GitLab answered anything else, or nothing.
        """
        document = self._send(path)[0]
        if not isinstance(document, dict):
            raise CliError(f"GitLab did not answer with an object for {path}")
        return cast("dict[str, Any]", document)

    def all(self, path: str) -> Iterator[dict[str, Any]]:
        """Every object of a list.

        Raises:
            RefusedError: the token may not see it, or it is not there.
            CliError: GitLab answered anything else, or nothing.
        """
        page = "1"
        while page:
            document, page = self._send(f"{path}?per_page=100&page={page}")
            if not isinstance(document, list):
                raise CliError(f"GitLab did not answer with a list for {path}")
            yield from cast("list[dict[str, Any]]", document)

    def _send(self, path: str) -> tuple[Any, str]:
        try:
            response = ask_gitlab(self._http, self._token, "GET", f"{self._api}/{path}")
        except UnreachableError as error:
            raise CliError(f"GitLab is unreachable: {error}") from None
        if response.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
            raise RefusedError(str(response.status))
        if response.status == HTTPStatus.UNAUTHORIZED:
            raise CliError(f"GitLab answered 401: {TOKEN} is no living token of this instance; make a new one")
        if response.status != HTTPStatus.OK:
            raise CliError(f"GitLab answered {response.status} for {path.partition('?')[0]}; try again")
        return response.json(), response.headers.get("X-Next-Page", "")


def http_client(*, allow_http: bool = False) -> PooledHttp:
    """An HTTP client for one command."""
    clock = SystemClock()
    file = os.environ.get("CI_SERVER_TLS_CA_FILE")
    bundle = Path(file).read_text() if file else None
    return PooledHttp(
        clock,
        Deadline(clock, _SECONDS),
        connections=4,
        ca_bundle=bundle,
        allow_http=allow_http,
        answer_limit=_ANSWER_LIMIT,
    )


def quoted(path: str) -> str:
    """A path as one part of a URL."""
    return quote(path, safe="")

"""How commands read GitLab: one instance, one token, and one error for everything that it does not show."""

import os
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

import click

from ..contract.urls import instance_url
from ..rotation.clock import Deadline, SystemClock
from ..rotation.gitlab import GitLab
from ..rotation.granular import missing_permission
from ..rotation.http import Http, PooledHttp, Response, UnreachableError, ask_gitlab
from ..rotation.secret import Secret, token_in
from .errors import CliError

TOKEN: Final = "GITLAB_TOKEN"  # noqa: S105 - a variable's name
_CA_FILE: Final = "CI_SERVER_TLS_CA_FILE"
_PAGE: Final = re.compile(r"[1-9][0-9]{0,8}")
_ALLOW_HTTP: Final = "GITLAB_ECR_ALLOW_HTTP"
_LOOPBACK: Final = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/|$)")
ABSENT: Final = "absent: run `pulumi up`, which creates it; if somebody deleted it, `gitlab-ecr rotate` does"
"""Added to a message about a variable that does not exist. After a deletion, Pulumi's state still holds it, so `up`
does nothing."""
_SECONDS: Final = 120.0
_ANSWER_LIMIT: Final = 64 << 20  # an image's manifest, a function's code
_MOST_ROWS: Final = {"variables": 20}  # with values of 10,000 characters; a page stays below a mebibyte
_REFUSED: Final = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


def instance(url: str, where: str = "--gitlab-url") -> str:
    """Checks that a token may be sent to this URL of a GitLab instance.

    Raises:
        CliError: it may not. The message begins with `where`.
    """
    allowed = is_of_this_machine(url) or os.environ.get(_ALLOW_HTTP) == "true"
    try:
        return instance_url(url, where, allow_http=allowed, needs=f"{_ALLOW_HTTP}=true in the environment")
    except ValueError as error:
        raise CliError(str(error)) from None


def is_of_this_machine(url: str) -> bool:
    """Whether a URL leads to this machine itself, so that nobody else sees the traffic."""
    return bool(_LOOPBACK.match(url))


url_option = click.option(
    "--gitlab-url",
    envvar="CI_SERVER_URL",
    metavar="URL",
    help="The GitLab instance, unless a plan names it. In a job, CI_SERVER_URL names it. [env: CI_SERVER_URL]",
)
"""The option of every command that reads GitLab without a plan."""


class ReadError(Exception):
    """GitLab did not show what was asked for; the message names it and GitLab's status.

    Attributes:
        status: the HTTP status; None when no answer came.
        host: the GitLab instance.
        missing: the permission that a fine-grained token lacks, in GitLab's words; otherwise empty.
    """

    def __init__(self, what: str, status: int | None, host: str = "", missing: str = "") -> None:
        detail = f" ({missing})" if missing else ""
        super().__init__(
            f"GitLab answered {status}{detail} for {what}" if status else f"GitLab is unreachable for {what}"
        )
        self.status = status
        self.host = host
        self.missing = missing

    @property
    def lacking(self) -> str:
        """The same, as the end of another message; empty when this is not the reason."""
        return f": {self.missing}" if self.missing else ""

    @property
    def refused(self) -> bool:
        """Whether the token may not see it or it does not exist: GitLab does not say which."""
        return self.status in _REFUSED

    def for_user(self) -> CliError:
        """The same error with what to do, for commands that read with the person's own token."""
        where = f"{self.host}: " if self.host else ""
        if self.status == HTTPStatus.UNAUTHORIZED:
            return CliError(f"{where}{self}: {TOKEN} is not a valid token of this instance; create a new one there")
        if self.missing:
            return CliError(f"{where}{self}; give {TOKEN} that permission")
        if self.refused:
            return CliError(f"{where}{self}: it does not exist, or {TOKEN} may not see it; use a Maintainer's token")
        return CliError(f"{where}{self}; try again, and check the URL and the network")


class GitLabApi:
    """Reads one GitLab instance with one token. It never writes."""

    def __init__(self, url: str, token: Secret, http: Http) -> None:
        self.host = urlsplit(url).netloc or url
        self._url = url
        self._api = f"{url.rstrip('/')}/api/v4"
        self._token = token
        self._http = http

    def get(self, path: str) -> dict[str, Any]:
        """One object, such as `projects/7` or `personal_access_tokens/self`.

        Raises:
            ReadError: GitLab does not show it.
        """
        document = self._send(path).json()
        if not isinstance(document, dict):
            raise ReadError(path.partition("?")[0], HTTPStatus.OK, self.host)
        return cast("dict[str, Any]", document)

    def all(self, path: str, query: str = "") -> Iterator[dict[str, Any]]:
        """Every object of a list, page by page.

        Args:
            path: such as `groups/7/variables`.
            query: further query parameters, such as `archived=false`.

        Raises:
            ReadError: GitLab does not show it.
        """
        page = "1"
        size = _MOST_ROWS.get(path.rpartition("/")[2], 100)
        while page:
            response = self._send(f"{path}?per_page={size}&page={page}{'&' if query else ''}{query}")
            rows, page = response.json(), next_page(response, page)
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in cast("list[Any]", rows)):
                raise ReadError(path, HTTPStatus.OK, self.host)
            yield from cast("list[dict[str, Any]]", rows)

    def some(self, path: str, query: str) -> list[dict[str, Any]]:
        """The first page of a list.

        Raises:
            ReadError: GitLab does not show it.
        """
        rows = self._send(f"{path}?{query}").json()
        return cast("list[dict[str, Any]]", rows) if isinstance(rows, list) else []

    def may_list(self, path: str) -> None:
        """Checks that the token may read the variables at a path. The same role may write them.

        Raises:
            ReadError: it may not.
        """
        self._send(f"{path}?per_page=1")

    def variables(self) -> GitLab:
        """The same instance with the same token, as the rotator talks to it."""
        return GitLab(self._url, self._token, self._http)

    def _send(self, path: str) -> Response:
        what = path.partition("?")[0]
        try:
            response = ask_gitlab(self._http, self._token, "GET", f"{self._api}/{path}")
        except UnreachableError:
            raise ReadError(what, None, self.host) from None
        if response.status != HTTPStatus.OK:
            raise ReadError(what, response.status, self.host, missing_permission(response, self._token))
        return response


def own_token() -> Secret:
    """The GitLab token of the person or job that runs the command.

    Raises:
        CliError: the environment holds none.
    """
    if not os.environ.get(TOKEN):
        raise CliError(
            f"{TOKEN}: not set; set it to a token with scope read_api, of a Maintainer of the projects and an Owner of "
            "the groups: nobody else may see CI/CD variables"
        )
    return given_token(os.environ[TOKEN], TOKEN)


def given_token(text: str, where: str) -> Secret:
    """The token that a person or a job gave.

    Raises:
        CliError: the text holds no token, or more than one. The message begins with `where`.
    """
    try:
        return token_in(text, where)
    except ValueError as error:
        raise CliError(str(error)) from None


def http_client(*, allow_http: bool = False) -> PooledHttp:
    """An HTTP client for one command.

    Raises:
        CliError: the job's CA bundle cannot be read, or holds no certificate.
    """
    clock = SystemClock()
    file = os.environ.get(_CA_FILE)
    try:
        return PooledHttp(
            Deadline(clock, _SECONDS),
            connections=4,
            ca_bundle=Path(file).read_text() if file else None,
            allow_http=allow_http,
            answer_limit=_ANSWER_LIMIT,
        )
    except (OSError, ValueError) as error:
        why = f"{error.strerror}; name a file of PEM certificates" if isinstance(error, OSError) else error
        raise CliError(f"{_CA_FILE}: {file}: {why}") from None


def next_page(response: Response, page: str) -> str:
    """The number of the next page. Empty after the last page, and when the server would lead us in a circle."""
    following = response.headers.get("X-Next-Page", "").strip()
    return following if _PAGE.fullmatch(following) and int(following) > int(page) else ""


def quoted(path: str) -> str:
    """A path, quoted as a single segment of a URL."""
    return quote(path, safe="")

"""GitLab's access tokens API, as far as the rotator's own token needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from ...contract.plan import GitLab as Instance
from ..clock import Deadline
from ..gitlab import GitLabError
from ..granular import ON_ITSELF, missing_permission
from ..http import Http, PooledHttp, Response, UnreachableError, ask_gitlab
from ..secret import Secret, token_in

_OK: Final = 200


class MissingPermissionError(GitLabError):
    """The token works, but is a fine-grained one that may not do this to itself."""


@dataclass(frozen=True)
class TokenFacts:
    """What GitLab says about a token.

    Attributes:
        id: the token's id.
        user_id: the id of the token's user.
        expires_at: the day on which it expires, at 00:00 UTC; None for never.
    """

    id: int
    user_id: int
    expires_at: date | None


def http_for_tokens(gitlab: Instance, deadline: Deadline) -> PooledHttp:
    """A client that sends no `POST` twice, whatever the answer: a token that is rotated twice revokes its family."""
    return PooledHttp(
        deadline,
        connections=1,
        ca_bundle=gitlab.ca_bundle,
        proxy=gitlab.proxy,
        allow_http=gitlab.allow_http,
        repeats_posts=False,
    )


class GitLabTokens:
    """The access tokens of one GitLab instance."""

    def __init__(self, url: str, http: Http) -> None:
        self._api = f"{url.rstrip('/')}/api/v4/personal_access_tokens"
        self._http = http

    def facts(self, token: Secret) -> TokenFacts:
        """What GitLab says about the token with which it is asked; an answer also proves that the token works.

        Raises:
            GitLabError: the token does not work, or GitLab was not reached.
        """
        return _facts(_fields(self._send("GET", f"{self._api}/self", token), "read itself", token))

    def rotate(self, by: Secret, token_id: int | None, expires_at: date) -> Secret:
        """Replaces a token. The old one no longer works when this returns. The request is never repeated.

        Args:
            by: the token with which to ask.
            token_id: the token to replace; None for `by` itself.
            expires_at: the new token's expiry; GitLab's default is one week.

        Raises:
            GitLabError: the answer holds no new token. The old one may have stopped working nevertheless.
        """
        which = "self" if token_id is None else str(token_id)
        body = {"expires_at": expires_at.isoformat()}
        fields = _fields(self._send("POST", f"{self._api}/{which}/rotate", by, body), "rotate", by)
        new = fields.get("token")
        try:
            return token_in(new if isinstance(new, str) else "", "the new token")
        except ValueError:
            raise GitLabError("GitLab rotated a token, but its answer holds no new one") from None

    def _send(self, method: str, url: str, token: Secret, body: Mapping[str, Any] | None = None) -> Response:
        try:
            return ask_gitlab(self._http, token, method, url, body)
        except UnreachableError as error:
            raise GitLabError(f"unreachable: {error}") from None


def _fields(response: Response, doing: str, token: Secret) -> dict[str, Any]:
    document = response.json()
    if missing := missing_permission(response, token):
        raise MissingPermissionError(
            f"GitLab answered {response.status} ({missing}) when the rotator's token tried to {doing}: a fine-grained "
            f"token needs {ON_ITSELF} to be renewed; create one with these too, or replace this one before it expires",
            response.status,
        )
    if response.status != _OK or not isinstance(document, dict):
        raise GitLabError(
            f"GitLab answered {response.status} when the rotator's token tried to {doing}", response.status
        )
    return cast("dict[str, Any]", document)


def _facts(fields: Mapping[str, Any]) -> TokenFacts:
    number, user, expires_at = fields.get("id"), fields.get("user_id"), fields.get("expires_at")
    try:
        end = None if expires_at is None else date.fromisoformat(expires_at)
    except (TypeError, ValueError):
        end = date.min
    if type(number) is not int or type(user) is not int or end == date.min:
        raise GitLabError("GitLab's answer about the rotator's token lacks its id, its user or its expiry")
    return TokenFacts(number, user, end)

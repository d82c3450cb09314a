"""GitLab's CI/CD variables API, as far as the rotator needs it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote

from ..documents.plan import OwnerKind, Target
from .http import Http, Response, UnreachableError
from .secret import Secret

_COLLECTION: Final = {OwnerKind.PROJECT: "projects", OwnerKind.GROUP: "groups"}
_OK, _CREATED, _NOT_FOUND = 200, 201, 404
_MESSAGE_LIMIT: Final = 200


class GitLabError(Exception):
    """GitLab did not do what was asked. `status` is None when no answer came; the message holds no value."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Variable:
    """A variable as GitLab shows it.

    Attributes:
        value: None when it is hidden.
        description: None when there is none.
        flags: variable_type, masked, protected, raw and hidden.
    """

    value: Secret | None
    description: str | None
    flags: Mapping[str, Any]


class GitLab:
    """One GitLab instance, spoken to with one token."""

    def __init__(self, url: str, token: Secret, http: Http) -> None:
        self._api = f"{url.rstrip('/')}/api/v4"
        self._token = token
        self._http = http

    def variable(self, target: Target) -> Variable | None:
        """The target as it is now, or None when its owner has no such variable.

        Raises:
            GitLabError: anything else, an absent owner among it.
        """
        response = self._send("GET", self._url(target))
        if response.status == _NOT_FOUND and "Variable Not Found" in _message(response):
            return None
        return _variable(_expect(response, _OK, target), target)

    def update(self, target: Target, value: Secret, description: str) -> Variable:
        """Writes value, description and flags of a variable that exists; the answer is the read-back."""
        flags = target.flags
        body: dict[str, Any] = {
            "value": value.reveal(),
            "description": description,
            "variable_type": flags.variable_type,
            "protected": flags.protected,
            "raw": flags.raw,
        }
        if not flags.hidden:  # GitLab refuses to change a hidden variable's visibility
            body["masked"] = flags.masked
        return _variable(_expect(self._send("PUT", self._url(target), body), _OK, target), target)

    def create(self, target: Target, value: Secret, description: str) -> Variable:
        """Creates a variable that is not there; hidden can only be set here."""
        flags = target.flags
        body: dict[str, Any] = {
            "key": target.key,
            "environment_scope": target.environment_scope,
            "value": value.reveal(),
            "description": description,
            "variable_type": flags.variable_type,
            "protected": flags.protected,
            "raw": flags.raw,
            **({"masked_and_hidden": True} if flags.hidden else {"masked": flags.masked}),
        }
        url = f"{self._api}/{self._owner(target)}/variables"
        return _variable(_expect(self._send("POST", url, body), _CREATED, target), target)

    def _url(self, target: Target) -> str:
        scope = quote(target.environment_scope, safe="")
        return (
            f"{self._api}/{self._owner(target)}/variables/{target.key}"
            f"?{quote('filter[environment_scope]', safe='')}={scope}"
        )

    @staticmethod
    def _owner(target: Target) -> str:
        return f"{_COLLECTION[target.owner_kind]}/{quote(target.owner, safe='')}"

    def _send(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Response:
        headers = {"PRIVATE-TOKEN": self._token.reveal(), "Accept": "application/json"}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        try:
            return self._http.request(method, url, headers, content)
        except UnreachableError as error:
            raise GitLabError(f"unreachable: {error}") from None


def _expect(response: Response, status: int, target: Target) -> Response:
    if response.status != status:
        detail = _message(response)
        raise GitLabError(
            f"GitLab answered {response.status}{f' ({detail})' if detail else ''} for {target.name}", response.status
        )
    return response


def _variable(response: Response, target: Target) -> Variable:
    document = response.json()
    if not isinstance(document, dict) or "key" not in document:
        raise GitLabError(f"GitLab answered {response.status} for {target.name}, but not with a variable")
    fields = cast("dict[str, Any]", document)
    value = fields.get("value")
    return Variable(
        value=None if value is None else Secret(str(value)),
        description=fields.get("description"),
        flags={key: fields.get(key) for key in ("variable_type", "masked", "protected", "raw", "hidden")},
    )


def _message(response: Response) -> str:
    """GitLab's own words for an error; its error bodies name fields and reasons, not values."""
    document = response.json()
    if not isinstance(document, dict):
        return ""
    fields = cast("dict[str, Any]", document)
    said = fields.get("error_description") or fields.get("message") or fields.get("error") or ""
    return (said if isinstance(said, str) else json.dumps(said))[:_MESSAGE_LIMIT]

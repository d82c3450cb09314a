"""The part of GitLab's CI/CD variables API that the rotator needs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote

from ..contract.plan import OwnerKind, Target
from .granular import may_too_little
from .http import Http, Response, UnreachableError, ask_gitlab
from .secret import Secret, safe_words

_COLLECTION: Final = {OwnerKind.PROJECT: "projects", OwnerKind.GROUP: "groups"}
_OF_THE_INSTANCE: Final = "admin/ci"
_SCOPE: Final = quote("filter[environment_scope]", safe="")
_OK, _CREATED, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 201, 401, 403, 404


class GitLabError(Exception):
    """GitLab did not do what was asked; the message holds no value.

    Attributes:
        status: None when no answer came.
        absent: GitLab itself says that the owner is deleted, archived, or not accessible with the token.
    """

    def __init__(self, message: str, status: int | None = None, *, absent: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.absent = absent


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
    """One GitLab instance, called with one token.

    Args:
        url: the instance.
        token: the token.
        http: the HTTP client.
        instead_of: finds the token that has replaced one that GitLab refuses; None when there is none.
    """

    def __init__(
        self, url: str, token: Secret, http: Http, instead_of: Callable[[Secret], Secret | None] = lambda _: None
    ) -> None:
        self._api = f"{url.rstrip('/')}/api/v4"
        self._token = token
        self._http = http
        self._instead_of = instead_of

    def variable(self, target: Target) -> Variable | None:
        """The target's current variable; None when its owner has no such variable.

        Raises:
            GitLabError: anything else, including an absent owner.
        """
        response = self._send("GET", self._url(target))
        if response.status == _NOT_FOUND and "Variable Not Found" in _message(
            response
        ):  # Group- and InstanceVariable too
            return None
        return _variable(self._expect(response, _OK, target), target)

    def update(self, target: Target, value: Secret | None, description: str | None, *, hidden: bool) -> Variable:
        """Updates value, description and flags of an existing variable; returns what GitLab then has.

        Args:
            target: the variable.
            value: None keeps the present one.
            description: None keeps the present one.
            hidden: whether it is hidden now: GitLab refuses to change that.
        """
        flags = target.flags
        body: dict[str, Any] = {
            **({} if value is None else {"value": value.reveal()}),
            **({} if description is None else {"description": description}),
            "variable_type": flags.variable_type,
            "protected": flags.protected,
            "raw": flags.raw,
        }
        if not hidden:
            body["masked"] = flags.masked or flags.hidden
        sent = [value] if value is not None else []
        return _variable(self._expect(self._send("PUT", self._url(target), body), _OK, target, *sent), target)

    def create(self, target: Target, value: Secret, description: str) -> Variable:
        """Creates a variable; only here can hidden be set."""
        flags = target.flags
        body: dict[str, Any] = {
            "key": target.key,
            **({} if target.owner_kind is OwnerKind.INSTANCE else {"environment_scope": target.environment_scope}),
            "value": value.reveal(),
            "description": description,
            "variable_type": flags.variable_type,
            "protected": flags.protected,
            "raw": flags.raw,
            **({"masked_and_hidden": True} if flags.hidden else {"masked": flags.masked}),
        }
        url = f"{self._api}/{self._owner(target)}/variables"
        return _variable(self._expect(self._send("POST", url, body), _CREATED, target, value), target)

    def _url(self, target: Target) -> str:
        url = f"{self._api}/{self._owner(target)}/variables/{target.key}"
        if target.owner_kind is OwnerKind.INSTANCE:  # its variables have no environment scope
            return url
        return f"{url}?{_SCOPE}={quote(target.environment_scope, safe='')}"

    @staticmethod
    def _owner(target: Target) -> str:
        if target.owner_kind is OwnerKind.INSTANCE:
            return _OF_THE_INSTANCE
        return f"{_COLLECTION[target.owner_kind]}/{quote(target.owner, safe='')}"

    def _send(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> Response:
        token = self._token
        try:
            response = ask_gitlab(self._http, token, method, url, body)
            if response.status == _UNAUTHORIZED and (other := self._instead_of(token)) is not None:
                self._token = other
                response = ask_gitlab(self._http, other, method, url, body)
        except UnreachableError as error:
            raise GitLabError(f"unreachable: {error}") from None
        return response

    def _expect(self, response: Response, status: int, target: Target, *sent: Secret) -> Response:
        if response.status == status:
            return response
        message = safe_words(_message(response), (self._token, *sent))
        raise GitLabError(
            f"GitLab answered {response.status}{f' ({message})' if message else ''} for {target.name}",
            response.status,
            # A proxy's error page is not GitLab's answer, and a token without the scope does not mean that the owner is
            # gone.
            absent=response.status in (_FORBIDDEN, _NOT_FOUND) and bool(message) and not may_too_little(response),
        )


def _variable(response: Response, target: Target) -> Variable:
    document = response.json()
    fields = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    if "key" not in fields:
        raise GitLabError(f"GitLab answered {response.status} for {target.name}, but not with a variable")
    for name in ("value", "description", "variable_type"):
        if not isinstance(fields.get(name), str | None):
            raise GitLabError(f"GitLab answered {response.status} for {target.name}, but its {name} is not a text")
    if (
        fields["key"] != target.key
        or fields.get("environment_scope", target.environment_scope) != target.environment_scope
    ):
        raise GitLabError(f"GitLab answered {response.status} for {target.name}, but with another variable")
    value = fields.get("value")
    return Variable(
        value=None if value is None else Secret(value),
        description=fields.get("description"),
        flags={key: fields.get(key) for key in ("variable_type", "masked", "protected", "raw", "hidden")},
    )


def _message(response: Response) -> str:
    """GitLab's own error message; its error bodies name fields and reasons, not values."""
    document = response.json()
    if not isinstance(document, dict):
        return ""
    fields = cast("dict[str, Any]", document)
    message = fields.get("error_description") or fields.get("message") or fields.get("error") or ""
    return message if isinstance(message, str) else json.dumps(message)

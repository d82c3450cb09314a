"""The adapter's entry points, and its table."""

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..json_values import is_list, is_mapping
from . import (
    buckets,
    ecr,
    iam,
    iam_users,
    lambdas,
    machines,
    notifications,
    operations,
    registry_wide,
    schedules,
    secrets,
)
from .clients import Clients
from .gitlab.call import RefusedError
from .gitlab.kinds import KINDS as GITLAB_KINDS
from .kind import AdapterError, Created, GoneError, Kind, Values

_KINDS: Final[dict[str, Kind]] = {
    **buckets.KINDS,
    **ecr.KINDS,
    **GITLAB_KINDS,
    **iam.KINDS,
    **iam_users.KINDS,
    **lambdas.KINDS,
    **machines.KINDS,
    **notifications.KINDS,
    **operations.KINDS,
    **registry_wide.KINDS,
    **schedules.KINDS,
    **secrets.KINDS,
}

_INVOKE: Final[dict[str, Callable[[Clients, Mapping[str, Any]], dict[str, Any]]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": iam.caller_identity,
}


class Adapter:
    """Handles resources through the emulators' real APIs. The caller decides what to change, and in which order."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def unproven(self, type_: str) -> str:
        """What is not rehearsed of a type, because the emulator only stores it; empty for all others."""
        return _KINDS[type_].unproven if type_ in _KINDS else ""

    def kind(self, type_: str, name: str = "") -> Kind:
        """The functions and properties of a type.

        Raises:
            AdapterError: the type is not in the table.
        """
        if type_ not in _KINDS:
            raise AdapterError(f"{type_} {name}: the rehearsal has no such type; add it to rehearsal/adapter")
        return _KINDS[type_]

    def create(self, type_: str, name: str, inputs: Values) -> Created:
        """Creates one resource.

        Args:
            type_: Pulumi's type token.
            name: the resource's name in the program.
            inputs: camelCase as Pulumi sends them, without secret wrappers.

        Returns:
            Its id, and all of its outputs, the inputs among them.

        Raises:
            AdapterError: the type is not in the table, or the API refused.
        """
        kind = self.kind(type_, name)
        with _named(type_, name):
            id_, outputs = kind.create(self._clients, _asked(inputs))
        return id_, {**inputs, **outputs}

    def plan(self, type_: str, name: str, inputs: Values) -> Values:
        """Outputs that the real provider predicts by calling the API, even in a preview.

        Raises:
            AdapterError: as `create`.
        """
        kind = self.kind(type_, name)
        if kind.plan is None:
            return {}
        with _named(type_, name):
            return kind.plan(self._clients, inputs)

    def read(self, type_: str, name: str, id_: str, state: Values) -> Values | None:
        """The resource's present state; None when it is gone. What cannot be read stays as in `state`.

        Raises:
            AdapterError: as `create`.
        """
        kind = self.kind(type_, name)
        try:
            with _named(type_, name):
                found = kind.read(self._clients, id_, _asked(state))
        except GoneError:
            return None
        return {**state, **{key: _as_known(state.get(key), value) for key, value in found.items()}}

    def update(self, type_: str, name: str, id_: str, state: Values, inputs: Values) -> Values:
        """Changes the resource in place, and returns its outputs.

        Raises:
            AdapterError: as `create`, or nothing of the type can change in place.
        """
        kind = self.kind(type_, name)
        if kind.update is None:
            raise AdapterError(f"{type_} {name}: cannot be changed in place")
        with _named(type_, name):
            kind.update(self._clients, id_, _asked(state), _asked(inputs))
        computed = {key: value for key, value in state.items() if key in kind.computed}
        return self.read(type_, name, id_, {**computed, **inputs}) or {**computed, **inputs}

    def delete(self, type_: str, name: str, id_: str, state: Values) -> None:
        """Deletes the resource. If it is already gone, this is an error for types for which the real provider fails.

        Raises:
            AdapterError: as `create`.
        """
        kind = self.kind(type_, name)
        try:
            with _named(type_, name):
                kind.delete(self._clients, id_, _asked(state))
        except GoneError:
            if kind.gone_is_an_error:
                raise

    def invoke(self, token: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """Answers a provider's function.

        Raises:
            AdapterError: the function is not in the table, or the API refused.
        """
        if token not in _INVOKE:
            raise AdapterError(f"{token}: the rehearsal has no such function; add it to rehearsal/adapter")
        with _named(token, ""):
            return _INVOKE[token](self._clients, args)


@contextmanager
def _named(type_: str, name: str) -> Generator[None]:
    try:
        yield
    except GoneError as error:
        raise GoneError(f"{type_} {name}: not found: {error}") from None
    except ClientError as error:
        answer: dict[str, Any] = error.response
        code = str(answer.get("Error", {}).get("Code"))
        # NoSuch... of IAM and S3, whose HEAD has no words, QueueDoesNotExist of SQS, ...NotFound... of all others.
        if code == "404" or any(word in code for word in ("NotFound", "NoSuch", "DoesNotExist", "NonExistent")):
            raise GoneError(f"{type_} {name}: {error}") from None
        raise AdapterError(f"{type_} {name}: {error}") from None
    except (BotoCoreError, ecr.NotEmptyError, RefusedError, lambdas.InvocationError) as error:
        raise AdapterError(f"{type_} {name}: {error}") from None


def _as_known(known: Any, found: Any) -> Any:
    """The value that was found; but if it is a policy with the same meaning, the known spelling of it."""
    return known if _meaning(known) == _meaning(found) else found


def _meaning(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) and value.startswith("{") else value
    except json.JSONDecodeError:
        return value


def _asked(values: Values) -> Values:
    """The properties in the form of the APIs. Of the two forms of tags, the real provider uses `tagsAll`."""
    asked = {key: value for key, value in values.items() if key != "tagsAll"}
    if "tagsAll" in values:
        asked["tags"] = values["tagsAll"] or None
    return _whole_numbers(asked)


def _whole_numbers(value: Any) -> Any:
    """Turns Pulumi's numbers, which are floats, into the integers that the APIs require."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if is_mapping(value):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if is_list(value):
        return [_whole_numbers(item) for item in value]
    return value

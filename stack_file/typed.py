"""Turns the values of a stack file into the components' arguments, and records every value with a wrong shape."""

from collections.abc import Collection, Mapping
from typing import Any, Final, cast

import pulumi

from components.arguments.camel_case import Written
from components.arguments.shape import Field, closest, fields, holds, inner, is_arguments, is_dict, is_enum, is_list
from components.consumers.args import GitLabArgs
from components.declaration.args import RotationArgs
from components.names.locations import Mistakes
from components.names.secrecy import kind, may_hold_secrets
from components.names.spelling import Path, camel, shown
from components.runner.args import DockerArgs, KubernetesArgs, RunnerOptions, ServiceArgs

from .examples import advice
from .forms import image, service

_NOT_IN_THE_FILE: Final = ("region", "stack")  # aws:region, and the stack's own name


class Reader:
    """Reads values. `mistakes` holds what is wrong with them, with the arguments' own names.

    A value of a wrong shape is left out; if it is required, it is replaced, so that the rest can be checked, too.
    """

    def __init__(self, secret: Collection[str] = ()) -> None:
        """`secret` names the keys that hold something encrypted: no message shows a value from below them."""
        self.mistakes = Mistakes()
        self._secret = secret

    def arguments(self, expected: Any, value: Any, path: Path = ()) -> dict[str, Any]:
        """Reads a mapping with camelCase keys as the TypedDict `expected`, which has snake_case keys."""
        if not isinstance(value, Mapping):
            self._wrong(expected, value, path)
            value = cast("Mapping[str, Any]", {})
            return self._stand_ins(expected, {})
        entries = cast("Mapping[str, Any]", value)
        keys = {camel(key): key for key in fields(expected)}
        for key in entries.keys() - keys.keys():
            self.mistakes.add(*path, Written(key), text=f"no such key; {_meant(str(key), expected, keys)}")
        found: dict[str, Any] = {}
        for name, key in keys.items():
            field = fields(expected)[key]
            if name in entries:
                read = self._value(field, entries[name], (*path, key))
                if read is not _LEFT_OUT:
                    found[key] = read
            elif field.required:
                self.mistakes.add(*path, key, text=f"missing; {advice(key, field.type)}")
        return self._stand_ins(expected, found)

    def _value(self, field: Field, value: Any, path: Path) -> Any:
        if field.is_number_of_gitlab:
            number = self._plain(int, value, path)  # no secret, even beside one
            if isinstance(number, int) and number < 1:
                self._wrong(int, value, path)
                return _LEFT_OUT
            return number
        found = self._plain(field.type, value, path)
        if found is not _LEFT_OUT and field.is_input and path[0] in self._secret:
            return pulumi.Output.secret(found)
        return found

    def _plain(self, expected: Any, value: Any, path: Path) -> Any:
        before = len(self.mistakes.found)
        with self.mistakes.at(*path):
            value = _one_form(expected, value)
        if len(self.mistakes.found) > before:
            return _LEFT_OUT
        if is_arguments(expected):
            # `ci/node:` with nothing after it is a repository with every default.
            return self.arguments(expected, {} if value is None else value, path)
        if isinstance(value, Mapping) and is_dict(expected):
            items = cast("Mapping[str, Any]", value).items()
            read = {str(key): self._value(inner(expected), item, (*path, str(key))) for key, item in items}
            return {key: item for key, item in read.items() if item is not _LEFT_OUT}
        if isinstance(value, list) and is_list(expected):
            items = enumerate(cast("list[Any]", value))
            listed = [self._value(inner(expected), item, (*path, index)) for index, item in items]
            return [item for item in listed if item is not _LEFT_OUT]
        return self._scalar(expected, value, path)

    def _scalar(self, expected: Any, value: Any, path: Path) -> Any:
        if is_enum(expected):
            if isinstance(value, str) and value in [member.value for member in expected]:
                return expected(value)
        elif holds(expected, value):
            return value
        self._wrong(expected, value, path)
        return _LEFT_OUT

    def _wrong(self, expected: Any, value: Any, path: Path) -> None:
        secret = bool(path) and path[0] in self._secret
        hidden = secret or may_hold_secrets(path)
        found = "[secret]" if secret else kind(value) if hidden else shown(value)
        self.mistakes.add(*path, text=f"got {found}; {advice(path[-1], expected, None if hidden else value)}")

    def _stand_ins(self, expected: Any, found: dict[str, Any]) -> dict[str, Any]:
        missing = {key: field for key, field in fields(expected).items() if field.required and key not in found}
        return {**found, **{key: _stand_in(field.type) for key, field in missing.items()}}


_LEFT_OUT: Final = object()
_NOT_HERE: Final[Mapping[tuple[Any, str], str]] = {
    (
        RunnerOptions,
        "token",
    ): "Pulumi registers the runner, and GitLab gives it its token; take this one out, and revoke it",
    (GitLabArgs, "token"): "no token belongs in this file: `up` reads GITLAB_TOKEN from its environment, and "
    "gitlab-ecr token set stores the rotator's; take this one out, and revoke it",
    (RotationArgs, "schedule"): "write `interval`, such as 2 hours",
}
"""Keys that people look for here, and where it is instead."""


def _stand_in(expected: Any) -> Any:
    if is_arguments(expected):
        return {key: _stand_in(field.type) for key, field in fields(expected).items() if field.required}
    if is_list(expected):
        return []
    return {} if is_dict(expected) else next(iter(expected)) if is_enum(expected) else expected()


def _one_form(expected: Any, value: Any) -> Any:
    """GitLab accepts images and services as a text or as a map; the components accept only one form of each."""
    if expected is ServiceArgs:
        return service(value)
    if expected in (DockerArgs, KubernetesArgs) and isinstance(value, Mapping) and "image" in value:
        section = cast("Mapping[str, Any]", value)
        return {**section, "image": image(section["image"])}
    return cast("Any", value)


def _meant(key: str, expected: Any, keys: Mapping[str, str]) -> str:
    own = [name for name in keys if keys[name] not in _NOT_IN_THE_FILE or path_has_region(expected)]
    if text := _NOT_HERE.get((expected, key)):
        return text
    near = closest(key, own)
    if near.startswith("did"):
        return near
    below = [
        camel(name)
        for name, field in fields(expected).items()
        if is_arguments(field.type) and key in map(camel, fields(field.type))
    ]
    return f"write it below {' or '.join(below)}" if below else near


def path_has_region(expected: Any) -> bool:
    """Whether `region` is a key of these arguments in the file. The stack's own region is `aws:region`."""
    return "stack" not in fields(expected)

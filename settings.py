"""The stack file, read and checked. The only place that reads Pulumi's config.

The keys are those of the components' arguments, in camelCase: one declaration of each key, its type and its meaning.
"""

import difflib
import json
import re
import types
import typing
from collections.abc import Awaitable, Collection, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import Any, NotRequired, TypeVar, cast

import pulumi
import pulumi_aws as aws
from pulumi.runtime import config as runtime_config

from components.bootstrap.bootstrap import BootstrapArgs
from components.declaration.args import RegistryAccessArgs
from components.names.naming import slug
from components.runner.args import DockerArgs, KubernetesArgs, ServiceArgs
from stack_file_forms import image, service

_PROJECT = "gitlab-ecr"
_NOT_IN_THE_FILE = ("region", "stack")  # aws:region, and the stack's own name
_BESIDE_BOOTSTRAP = ("account", "bootstrap", "repositories")  # Pulumi.yaml asks every stack for repositories


class Declaration(RegistryAccessArgs):
    """What a stack file declares: the arguments of RegistryAccess, and what concerns the file alone."""

    deviations: NotRequired[dict[str, str]]
    """Best practices that the stack leaves on purpose: the reason, by the practice's id such as `ECR.5`, or by id and
    resource such as `ECR.2 access-repositories-ci/python`. Tests hold every resource of the production stack to them:
    they fail on a deviation without a reason, and on a reason that nothing needs."""


class SettingsError(pulumi.RunError):
    """The stack file is wrong; the message has a line for each mistake: the key, what it holds, what to write."""


def read() -> Declaration:
    """The declaration of the selected stack.

    Raises:
        SettingsError: the stack file is wrong.
    """
    values = _values()
    secret = {key for key in values if runtime_config.is_config_secret(f"{_PROJECT}:{key}")}
    return parse(values, stack=pulumi.get_stack(), region=pulumi.Config("aws").get("region"), secret=secret)


def bootstrap() -> BootstrapArgs | None:
    """What the stack file sets up once; None for every stack that declares access.

    Raises:
        SettingsError: the stack file is wrong.
    """
    values = _values()
    if "bootstrap" not in values:
        return None
    mistakes = _Mistakes(())
    given = _from_json(values["bootstrap"], "bootstrap", mistakes)
    if _from_json(values.get("repositories", {}), "repositories", mistakes):
        mistakes.append(f"{_PROJECT}:repositories: got some; write {{}}, and declare them in another stack")
    mistakes.extend(
        f"{_PROJECT}:{key}: not of a stack with {_PROJECT}:bootstrap; write it in another stack's file"
        for key in sorted(values.keys() - set(_BESIDE_BOOTSTRAP))
    )
    common = {"account": values.get("account", ""), "region": pulumi.Config("aws").get("region") or ""}
    entries = {**cast("Mapping[str, Any]", given), **common} if isinstance(given, Mapping) else given
    found = _typed_dict(BootstrapArgs, entries, f"{_PROJECT}:bootstrap.", mistakes)
    _refuse(mistakes)
    return cast("BootstrapArgs", found)


def parse(values: Mapping[str, Any], *, stack: str, region: str | None, secret: Collection[str] = ()) -> Declaration:
    """The declaration that a stack file's values make.

    Args:
        values: by key without `gitlab-ecr:`; nested values may be JSON text, as Pulumi hands them over.
        stack: the stack's name.
        region: the value of `aws:region`.
        secret: the keys whose value is encrypted, or has something encrypted in it. Pulumi does not tell what, so every
            `pulumi.Input` below such a key becomes a secret, and no message shows a value of it.

    Raises:
        SettingsError: a line for each mistake.
    """
    mistakes = _Mistakes(secret)
    numbers = [_camel(key) for key, hint in _hints(Declaration).items() if _plain_type(hint) is int]
    nested = {
        key: int(value) if key in numbers and str(value).isdecimal() else _from_json(value, key, mistakes)
        for key, value in values.items()
    }
    given = {"prefix": f"gitlab-ecr-{slug(stack, 18)}", **nested}
    if not region:
        mistakes.append("aws:region: missing; write the region of the repositories, such as eu-central-1")
    declaration = _typed_dict(Declaration, {**given, "stack": stack, "region": region or ""}, f"{_PROJECT}:", mistakes)
    _refuse(mistakes)
    return cast("Declaration", declaration)


def check_account(account: str) -> None:
    """Stops a program that runs with another account's credentials, before anything is made there.

    Raises:
        SettingsError: the credentials are for another account.
    """
    actual = aws.get_caller_identity().account_id
    if actual != account:
        raise SettingsError(
            f"{_PROJECT}:account: got {account!r}, but the AWS credentials are for {actual}; "
            "use the right credentials (AWS_PROFILE), or the right stack"
        )


@contextmanager
def mistakes_of_the_file() -> Iterator[None]:
    """What a component finds wrong, as one clear error without a traceback: it read what the stack file says.

    Raises:
        SettingsError: in the words of the component, the place in the spelling of the stack file.
    """
    try:
        yield
    except ValueError as error:
        lines = [_in_the_files_spelling(line) for line in str(error).splitlines()]
        raise SettingsError("\n".join(["the stack file is wrong:", *(f"  {line}" for line in lines)])) from error


def _in_the_files_spelling(line: str) -> str:
    """`rotation.access_key_grace: got ...` as the file has it; what is no key of ours stays as it is."""
    where, colon, rest = line.partition(": ")
    ours = where.split(".", 1)[0].split("[", 1)[0] in _hints(Declaration)
    return f"{_PROJECT}:{_camel(where)}{colon}{rest}" if colon and ours else line


def _values() -> dict[str, str]:
    """Every key of ours in the file, so that a misspelled one is named; pulumi.Config answers only to known ones."""
    config = pulumi.Config(_PROJECT)
    keys = runtime_config.get_config_env().keys() | runtime_config.CONFIG.get().keys()
    own = sorted(key.partition(":")[2] for key in keys if key.startswith(f"{_PROJECT}:"))
    return {key: text for key in own if (text := config.get(key)) is not None}


def _refuse(mistakes: list[str]) -> None:
    if mistakes:
        raise SettingsError("\n".join(["the stack file is wrong:", *(f"  {mistake}" for mistake in mistakes)]))


class _Mistakes(list[str]):
    """A line for each; and what of the file is secret, so that no line shows it."""

    def __init__(self, secret: Collection[str]) -> None:
        super().__init__()
        self._secret = tuple(f"{_PROJECT}:{key}" for key in secret)

    def is_secret(self, where: str) -> bool:
        return any(where == place or where.startswith((f"{place}.", f"{place}[")) for place in self._secret)

    def got(self, where: str, value: Any, advice: str) -> None:
        shown = "[secret]" if self.is_secret(where) else _shown(value)
        self.append(f"{where}: got {shown}; {advice}")


def _from_json(value: Any, key: str, mistakes: _Mistakes) -> Any:
    """Pulumi hands nested values over as JSON text."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        mistakes.append(f"{_PROJECT}:{key}: not JSON: {error}")
        return {}


def _typed_dict(expected: Any, value: Any, where: str, mistakes: _Mistakes) -> dict[str, Any]:
    """`value` with camelCase keys as the TypedDict `expected` with snake_case ones; every mistake is noted."""
    if not isinstance(value, Mapping):
        mistakes.got(where.rstrip("."), value, "write a mapping")
        return {}
    entries = cast("Mapping[str, Any]", value)
    hints = {_camel(key): (key, hint) for key, hint in _hints(expected).items()}
    required = {_camel(key) for key in expected.__required_keys__}
    for key in entries.keys() - hints.keys():
        close = difflib.get_close_matches(str(key), hints, n=1)
        known = sorted(hints.keys() - set(_NOT_IN_THE_FILE)) if expected is Declaration else sorted(hints)
        advice = f"did you mean {close[0]}?" if close else f"known keys are {', '.join(known)}"
        mistakes.append(f"{where}{key}: no such key; {advice}")
    mistakes.extend(f"{where}{key}: missing; {_wanted(hints[key][1])}" for key in sorted(required - entries.keys()))
    return {
        snake: _value(hint, entries[key], f"{where}{key}", mistakes)
        for key, (snake, hint) in hints.items()
        if key in entries
    }


def _value(hint: Any, value: Any, where: str, mistakes: _Mistakes) -> Any:
    plain_hint = _plain_type(hint)
    found = _plain_value(plain_hint, value, where, mistakes)
    is_input = any(typing.get_origin(member) is pulumi.Output for member in typing.get_args(hint))
    return pulumi.Output.secret(found) if is_input and mistakes.is_secret(where) else found


def _plain_value(hint: Any, value: Any, where: str, mistakes: _Mistakes) -> Any:
    value = _one_form(hint, value, where, mistakes)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if typing.is_typeddict(hint):
        # `ci/node:` with nothing after it is a repository with every default.
        return _typed_dict(hint, {} if value is None else value, f"{where}.", mistakes)
    if isinstance(value, Mapping) and origin in (dict, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return {str(key): _value(arguments[1], item, f"{where}.{key}", mistakes) for key, item in items}
    if isinstance(value, list) and origin is list:
        items = cast("list[Any]", value)
        return [_value(arguments[0], item, f"{where}[{index}]", mistakes) for index, item in enumerate(items)]
    if isinstance(hint, type) and issubclass(hint, Enum) and value in [member.value for member in hint]:
        return hint(value)
    if hint is Any or (isinstance(hint, type) and type(value) is hint and not issubclass(hint, Enum)):
        return value
    mistakes.got(where, value, _wanted(hint))
    return None


def _one_form(hint: Any, value: Any, where: str, mistakes: _Mistakes) -> Any:
    """GitLab takes an image and a service as a text or as a map; the components take one form of each."""
    try:
        if hint is ServiceArgs:
            return service(value, where)
        if hint in (DockerArgs, KubernetesArgs) and isinstance(value, Mapping) and "image" in value:
            section = cast("Mapping[str, Any]", value)
            return {**section, "image": image(section["image"], f"{where}.image")}
    except ValueError as error:
        mistakes.append(str(error))
        return {}
    return value


def _hints(expected: Any) -> dict[str, Any]:
    # pulumi.Input[T] names Output by a forward reference that only pulumi.output can resolve.
    return typing.get_type_hints(expected, localns={"Output": pulumi.Output, "T": TypeVar("T")})


def _plain_type(hint: Any) -> Any:
    """The type that a stack file can hold: `Input[T]`, `Output[T]` and `T | None` are `T` there."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(
            _plain_type(member)
            for member in typing.get_args(hint)
            if member is not types.NoneType and typing.get_origin(member) not in (Awaitable, pulumi.Output)
        )
    return hint


_WORDS = {
    str: 'write text, in quotes if it looks like a number: "3.10"',
    int: "write a whole number",
    bool: "write true or false",
}


def _wanted(hint: Any) -> str:
    hint = _plain_type(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return f"write one of {', '.join(str(member.value) for member in hint)}"
    if typing.get_origin(hint) is list:
        return "write a list"
    if typing.get_origin(hint) in (dict, Mapping) or typing.is_typeddict(hint):
        return "write a mapping"
    return _WORDS.get(hint, "write a value of another type")


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - a line a person reads


def _camel(snake: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), snake)

"""Reads and checks the stack file. Nothing else reads Pulumi's config.

The keys are those of the components' arguments, in camelCase: each key, its type and its meaning is declared once.
"""

import json
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, NotRequired, TypedDict, cast

import pulumi
import pulumi_aws as aws
from pulumi.runtime import config as runtime_config

from components.arguments.camel_case import Written, camel
from components.arguments.check import check as check_arguments
from components.arguments.check import checked
from components.arguments.shape import fields
from components.bootstrap.args import BootstrapArgs
from components.bootstrap.checks import find as find_in_bootstrap
from components.declaration.args import RegistryAccessArgs
from components.declaration.findings import find
from components.ecr.args import RepositoryArgs
from components.names.locations import Mistake, Mistakes
from components.names.naming import slug
from stack_file.mistakes import combined, in_file_spelling, settings_error
from stack_file.text import PROJECT
from stack_file.typed import Reader

_ELSEWHERE: Final = {
    "region": "write the region as aws:region",
    "stack": "the stack's name is that of the file, Pulumi.<stack>.yaml",
}
_BESIDE_BOOTSTRAP: Final = ("account", "bootstrap", "repositories")  # Pulumi.yaml requires repositories in every stack


class Declaration(RegistryAccessArgs):
    """What a stack file declares: the arguments of RegistryAccess, and keys that only concern the file."""

    deviations: NotRequired[dict[str, str]]
    """Best practices that the stack deviates from on purpose: the reason, by the practice's id such as `ECR.5`, or by
    id and resource such as `ECR.2 access-repositories-ci/python`. `make best-practices` checks every resource. It fails
    on a deviation without a reason, and on a reason that nothing needs."""


class BootstrapFile(TypedDict):
    """What a stack file with `bootstrap` declares."""

    account: str
    region: str
    repositories: dict[str, RepositoryArgs]
    bootstrap: BootstrapArgs


def read() -> RegistryAccessArgs:
    """Reads the declaration of the selected stack.

    Raises:
        SettingsError: the stack file is wrong.
    """
    values = _values()
    secret = {key for key in values if runtime_config.is_config_secret(f"{PROJECT}:{key}")}
    declaration = parse(values, stack=pulumi.get_stack(), region=pulumi.Config("aws").get("region"), secret=secret)
    with in_file_spelling(Declaration):
        check_arguments(RegistryAccessArgs, declaration, find)
    return declaration


def bootstrap() -> BootstrapArgs | None:
    """Reads what the stack file sets up once; None for a stack that declares access.

    Raises:
        SettingsError: the stack file is wrong.
    """
    values = _values()
    if "bootstrap" not in values:
        return None
    reader, region = Reader(), pulumi.Config("aws").get("region") or ""
    given = {key: _from_json(text, key, reader.mistakes) for key, text in values.items()}
    own = given["bootstrap"]
    for key in ("account", "region"):
        if isinstance(own, Mapping) and key in own:
            beside = "aws:region" if key == "region" else f"{PROJECT}:account"
            text = f"no such key here; leave it out, and write {beside} beside bootstrap"
            reader.mistakes.add("bootstrap", Written(key), text=text)
    if given.get("repositories"):
        reader.mistakes.add("repositories", text="a bootstrap has none; write {}, and declare them in another stack")
    for key in sorted(given.keys() - set(_BESIDE_BOOTSTRAP)):
        text = f"cannot be in a stack with {PROJECT}:bootstrap; write it in another stack's file"
        if key == "tags":
            text = f"cannot be beside {PROJECT}:bootstrap; write tags below bootstrap"
        reader.mistakes.add(key, text=text)
    common = {"account": given.get("account", ""), "region": region}
    entries = {**cast("Mapping[str, Any]", own), **common} if isinstance(own, Mapping) else own
    found = cast("BootstrapArgs", reader.arguments(BootstrapArgs, entries, ("bootstrap",)))
    if reader.mistakes.found:
        meaning = Mistakes()
        meaning.take(find_in_bootstrap(found), "bootstrap")
        all_of_it = combined(reader.mistakes.found, meaning.found, {"bootstrap": found})
        raise settings_error(map(_above, all_of_it), BootstrapFile)
    return found


def _above(mistake: Mistake) -> Mistake:
    """Moves account and region: they are arguments of Bootstrap, but are beside it in the file."""
    beside = mistake.path in (("bootstrap", "account"), ("bootstrap", "region"))
    beside = beside and not isinstance(mistake.path[1], Written)
    return replace(mistake, path=mistake.path[1:]) if beside else mistake


def parse(
    values: Mapping[str, Any], *, stack: str, region: str | None, secret: Collection[str] = ()
) -> RegistryAccessArgs:
    """Makes the declaration from a stack file's values.

    Args:
        values: the values by key, without `gitlab-ecr:`. Nested values may be JSON text, as Pulumi passes them.
        stack: the stack's name.
        region: the value of `aws:region`.
        secret: the keys whose value is encrypted, or has an encrypted part. Pulumi does not say which part, so every
            `pulumi.Input` below such a key becomes a secret, and no message shows a value from there.

    Raises:
        SettingsError: there are mistakes of shape or of meaning; a line for each.
    """
    reader = Reader({key for key, name in _names().items() if name in secret})
    nested = {key: _from_json(value, key, reader.mistakes) for key, value in values.items()}
    for key in sorted(nested.keys() & _ELSEWHERE.keys()):
        del nested[key]
        reader.mistakes.add(Written(key), text=f"no such key; {_ELSEWHERE[key]}")
    given = {"prefix": f"gitlab-ecr-{slug(stack, 18)}", **nested, "stack": stack}
    if region:
        given["region"] = region
    found = reader.arguments(Declaration, given)
    declaration = cast("RegistryAccessArgs", {key: value for key, value in found.items() if key != "deviations"})
    if reader.mistakes.found:
        meaning = find(declaration)
        with in_file_spelling(Declaration):
            for warning in meaning.warnings:
                pulumi.log.warn(str(warning))
        raise settings_error(combined(reader.mistakes.found, meaning.found, found), Declaration)
    return declaration


def check(declaration: RegistryAccessArgs) -> None:
    """Checks the declaration as RegistryAccess would.

    Raises:
        SettingsError: RegistryAccess would refuse it; a line for each mistake.
    """
    with in_file_spelling(Declaration):
        find(declaration).refuse()


@contextmanager
def in_file_spelling_of_stack(*, is_bootstrap: bool = False) -> Generator[None]:
    """Within the block, components spell keys as the stack file does, and skip the checks that `read` has done.

    Raises:
        SettingsError: a component found a mistake.
    """
    if is_bootstrap:
        with in_file_spelling(BootstrapFile, ("bootstrap",)):
            yield
    else:
        with in_file_spelling(Declaration), checked():
            yield


def check_account(account: str) -> None:
    """Stops a program that has another account's credentials before it makes anything there.

    Raises:
        SettingsError: the credentials are for another account.
    """
    actual = aws.get_caller_identity().account_id
    if actual != account:
        mistakes = Mistakes()
        mistakes.add(
            "account",
            text=f"got {account!r}, but the AWS credentials are for {actual}; "
            "use the right credentials (AWS_PROFILE), or the right stack",
        )
        raise settings_error(mistakes.found, Declaration)


def _values() -> dict[str, str]:
    """All of our keys in the file, so that a misspelled one is found: pulumi.Config only answers for known ones."""
    config = pulumi.Config(PROJECT)
    keys = runtime_config.get_config_env().keys() | runtime_config.CONFIG.get().keys()
    own = sorted(key.partition(":")[2] for key in keys if key.startswith(f"{PROJECT}:"))
    return {key: text for key in own if (text := config.get(key)) is not None}


def _names() -> dict[str, str]:
    return {key: camel(key) for key in fields(Declaration)}


def _from_json(value: Any, key: str, mistakes: Mistakes) -> Any:
    """Reads a value back: Pulumi passes nested values as JSON text, and numbers as text."""
    if not isinstance(value, str):
        return value
    expected = {name: fields(Declaration)[key].type for key, name in _names().items()}.get(key)
    if expected is int and value.isascii() and value.isdecimal():
        return int(value)
    if not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        mistakes.add(key, text=f"not JSON: {error}")
        return {}

"""A stack file, read as Pulumi would read it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import settings
from stack_file.mistakes import SettingsError

from .json_values import is_mapping
from .stand_ins import EncryptedWholeError, without_secrets


class StackFileError(Exception):
    """The stack file cannot be used; the message names the file and what is wrong in it."""


@dataclass(frozen=True)
class StackFile:
    """A stack file and what it declares.

    Attributes:
        stack: the stack's name, from `Pulumi.<stack>.yaml`.
        config: the values as text, by full key, as the engine passes them to a program.
        declaration: the settings, checked.
        stand_ins: the encrypted values that made-up ones replace.
    """

    stack: str
    config: dict[str, str]
    declaration: settings.RegistryAccessArgs
    stand_ins: tuple[str, ...] = ()


def read(path: Path) -> StackFile:
    """The stack file at `path`.

    Raises:
        StackFileError: the file is absent, not YAML, without config, with an encrypted section, or refused by the
            settings.
    """
    try:
        document: Any = yaml.safe_load(path.read_text())
    except OSError as error:
        raise StackFileError(
            f"{path}: {error.strerror}; write the path of a stack file, such as stacks/Pulumi.local.yaml"
        ) from None
    except yaml.YAMLError as error:
        raise StackFileError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    values = document.get("config") if is_mapping(document) else None
    if not is_mapping(values):
        raise StackFileError(f"{path}: has no `config:`; write one, as in stacks/Pulumi.local.yaml")
    try:
        clear, stand_ins = without_secrets({str(key): value for key, value in values.items()})
    except EncryptedWholeError as error:
        raise StackFileError(f"{path}: {error}") from None
    config = {key: _text(value) for key, value in clear.items()}
    stack = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    own = {key.removeprefix("gitlab-ecr:"): text for key, text in config.items() if key.startswith("gitlab-ecr:")}
    try:
        declaration = settings.parse(own, stack=stack, region=config.get("aws:region"))
        settings.check(declaration)
    except SettingsError as error:
        raise StackFileError(f"{path}: {error}") from None
    return StackFile(stack, config, declaration, tuple(stand_ins))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)

"""A complete config.toml for people to read, with its secrets hidden."""

import tomllib
from typing import Any, Final, cast

from ..docker.auth import DOCKER_AUTH_CONFIG, redact
from .config import render

_HIDDEN: Final = "[hidden]"
_SECRETS: Final = frozenset(
    ("token", "AccessKey", "SecretKey", "SessionToken", "PrivateKey", "AccountKey", "password", "bearer_token")
)


def shown(text: str) -> str:
    """The file with every secret hidden; of an environment only the keys and the registries of logins are shown.

    Raises:
        ValueError: the text is not TOML.
    """
    return render(_without_secrets(tomllib.loads(text)))


def _without_secrets(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _without_secrets(item, name) for name, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_without_secrets(item, key) for item in cast("list[Any]", value)]
    if key in _SECRETS:
        return _HIDDEN
    return _entry(str(value)) if key == "environment" else value


def _entry(entry: str) -> str:
    name, _, value = entry.partition("=")
    return f"{name}={redact(value) if name == DOCKER_AUTH_CONFIG else _HIDDEN}"

"""Replaces the parts of a stack file that only their owner has: encrypted values, a private CA, a proxy."""

import json
from collections.abc import Mapping
from typing import Any, Final, cast

_ENCRYPTED: Final = "secure"
_OWN: Final = "gitlab-ecr:"
_VALUE: Final = "made-up-for-this-run"
_BY_KEY: Final[Mapping[str, str]] = {
    "environment": "MADE_UP=for-this-run",
    "alarmEmails": "made-up@example.com",
    "url": "https://gitlab.example.com",
}
"""For each key whose value must have a certain form, a made-up value of that form."""


class EncryptedWholeError(ValueError):
    """A whole section is encrypted, so the rehearsal cannot know what it declares."""


def without_secrets(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A stack file's config with a made-up value for each encrypted one, and their keys.

    Raises:
        EncryptedWholeError: the whole value of one of our keys is encrypted.
    """
    keys: list[str] = []
    for key, value in config.items():
        if key.startswith(_OWN) and _is_encrypted(value):
            raise EncryptedWholeError(
                f"{key} is encrypted, so the rehearsal cannot know what it declares; write it in clear and encrypt the "
                f"single secret below it: pulumi config set --secret --path '{key}.…'"
            )
    return {key: _in_clear(value, key, key, keys) for key, value in config.items()}, keys


def note(path: str) -> str:
    """The rehearsal's line about an encrypted value."""
    return f"{path}: encrypted; a made-up value stood in for it"


def _in_clear(value: Any, path: str, key: str, keys: list[str]) -> Any:
    if _is_encrypted(value):
        keys.append(path)
        return _BY_KEY.get(key, _VALUE)
    if isinstance(value, dict):
        entries = cast("dict[Any, Any]", value)
        return {name: _in_clear(item, f"{path}.{name}", str(name), keys) for name, item in entries.items()}
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_in_clear(item, f"{path}[{index}]", key, keys) for index, item in enumerate(items)]
    return value


def _is_encrypted(value: Any) -> bool:
    return isinstance(value, dict) and set(cast("dict[Any, Any]", value)) == {_ENCRYPTED}


def for_this_run(config: Mapping[str, str], ca_bundle: str, proxy: str) -> tuple[dict[str, str], list[str]]:
    """The config with this run's own CA and proxy instead of the declared ones, and the lines about that.

    Args:
        config: by full key, each value as text.
        ca_bundle: of the CA that signed the certificate of the run's GitLab.
        proxy: the URL of the run's proxy.
    """
    key = f"{_OWN}gitlab"
    gitlab: dict[str, Any] = json.loads(config.get(key, "{}"))
    notes: list[str] = []
    if "caBundle" in gitlab:
        gitlab["caBundle"] = ca_bundle
        notes.append(f"{key}.caBundle: a CA of this run stood in for yours, and signed the GitLab's certificate")
    if "proxy" in gitlab:
        gitlab["proxy"] = proxy
        notes.append(f"{key}.proxy: the run's own proxy stood in for yours")
    return {**config, **({key: json.dumps(gitlab)} if notes else {})}, notes

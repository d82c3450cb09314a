"""Docker's configuration file as the runner's Go code reads it.

Source: docker/cli 29, `cli/config/configfile/file.go` and `cli/config/types/authconfig.go`; Go's `encoding/base64`.
"""

import base64
import re
import string
from dataclasses import dataclass, field
from typing import Final

from .go_json import GoJsonError, Members, Value, decode_first, fold, kind

_TEXT: Final = "string"
_TEXTS: Final = "[]string"
_MAP: Final = "map[string]string"
_NESTED_MAP: Final = "map[string]map[string]string"
_TEXT_FIELDS: Final = (
    "psFormat imagesFormat networksFormat pluginsFormat volumesFormat statsFormat detachKeys credsStore "
    "serviceInspectFormat servicesFormat tasksFormat secretFormat configFormat nodesFormat currentContext"
)
_FIELDS: Final = {
    "auths": "map[string]types.AuthConfig",
    "HttpHeaders": _MAP,
    "credHelpers": _MAP,
    "pruneFilters": _TEXTS,
    "proxies": "map[string]configfile.ProxyConfig",
    "cliPluginsExtraDirs": _TEXTS,
    "plugins": _NESTED_MAP,
    "aliases": _MAP,
    "features": _MAP,
} | dict.fromkeys(_TEXT_FIELDS.split(), _TEXT)
_AUTH_FIELDS: Final = ("username", "password", "auth", "serveraddress", "identitytoken", "registrytoken")
_PROXY_FIELDS: Final = ("httpProxy", "httpsProxy", "noProxy", "ftpProxy", "allProxy")
_STRUCTS: Final = {
    "types.AuthConfig": ("AuthConfig", _AUTH_FIELDS),
    "configfile.ProxyConfig": ("ProxyConfig", _PROXY_FIELDS),
}
_BASE64: Final = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
_PLAIN_BASE64: Final = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_QUANTUM: Final = 4
_FIRST_PADDED: Final = 2


@dataclass(frozen=True)
class Credential:
    """What the runner sends to a registry; both empty when an entry names none."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)


@dataclass
class DockerConfig:
    """The parts of Docker's configuration file that matter for pulling."""

    auths: dict[str, Credential] = field(default_factory=dict[str, Credential])
    creds_store: str = ""
    cred_helpers: dict[str, str] = field(default_factory=dict[str, str])


def load(text: str) -> DockerConfig:
    """Loads the configuration, or raises the error for which the runner drops all of it.

    Raises:
        GoJsonError: worded as in the runner's log.
    """
    value, found = decode_first(text)
    if not found or value is None:
        return DockerConfig()
    if not isinstance(value, Members):
        raise GoJsonError(f"json: cannot unmarshal {kind(value)} into Go value of type configfile.ConfigFile")
    return _from_members(value)


def decode_auth(auth: str) -> Credential:
    """The user and password in an entry's `auth`.

    Raises:
        GoJsonError: the text is not base64, or holds no user and colon.
    """
    decoded, room = _decode_base64(auth.encode())
    username, colon, password = (decoded + bytes(room - len(decoded))).partition(b":")
    if not colon or not username:
        raise GoJsonError("invalid auth configuration file")
    return Credential(username.decode(errors="replace"), password.strip(b"\0").decode(errors="replace"))


def _from_members(members: Members) -> DockerConfig:
    fields = {fold(name): (name, type_) for name, type_ in _FIELDS.items()}
    config = DockerConfig()
    entries: dict[str, dict[str, str]] = {}
    for key, value in members:
        name, type_ = fields.get(fold(key), ("", ""))
        if not name:
            continue
        _check(value, type_, f"ConfigFile.{name}", (name,))
        if name == "auths":
            # In Go, repeating a field adds to the map; null empties it.
            entries = {} if value is None else entries
            entries |= {host: _strings(entry, _AUTH_FIELDS) for host, entry in _members(value)}
        elif name == "credHelpers":
            config.cred_helpers = {} if value is None else config.cred_helpers
            config.cred_helpers |= {host: _string(helper) for host, helper in _members(value)}
        elif name == "credsStore" and isinstance(value, str):
            config.creds_store = value
    # Go iterates over a map in random order, so either of two broken entries may be named.
    config.auths = {host: _credential(entry) for host, entry in sorted(entries.items())}
    return config


def _check(value: Value, type_: str, field: str, path: tuple[str, ...]) -> None:
    """Raises the error that Go's decoder would report; null fits every type and changes nothing."""
    if value is None:
        return
    if type_ in _STRUCTS and isinstance(value, Members):
        struct, names = _STRUCTS[type_]
        by_fold = {fold(name): name for name in names}
        for key, item in value:
            if name := by_fold.get(fold(key)):
                inner = (*path, name)
                _check(item, _TEXT, f"{struct}.{'.'.join(inner)}", inner)
    elif type_.startswith("map[string]") and isinstance(value, Members):
        for _, item in value:
            _check(item, type_.removeprefix("map[string]"), field, path)
    elif type_ == _TEXTS and isinstance(value, list) and not isinstance(value, Members):
        for item in value:
            _check(item, _TEXT, field, path)
    elif not (type_ == _TEXT and isinstance(value, str)):
        raise GoJsonError(f"json: cannot unmarshal {kind(value)} into Go struct field {field} of type {type_}")


def _members(value: Value) -> Members:
    return value if isinstance(value, Members) else Members()


def _string(value: Value) -> str:
    return value if isinstance(value, str) else ""


def _strings(entry: Value, names: tuple[str, ...]) -> dict[str, str]:
    by_fold = {fold(name): name for name in names}
    return {by_fold[fold(key)]: item for key, item in _members(entry) if fold(key) in by_fold and isinstance(item, str)}


def _credential(entry: dict[str, str]) -> Credential:
    identity_token = entry.get("identitytoken", "")
    if auth := entry.get("auth"):
        decoded = decode_auth(auth)
        return Credential(decoded.username, decoded.password, identity_token)
    return Credential(entry.get("username", ""), entry.get("password", ""), identity_token)


def _decode_base64(source: bytes) -> tuple[bytes, int]:
    """Go's `StdEncoding`: line breaks are skipped, padding is required, surplus bits are not looked at.

    Returns:
        The decoded bytes, and the length of the buffer that Go makes for them.
    """
    if _PLAIN_BASE64.fullmatch(source):  # the usual case; the slow path below finds where the mistake is
        return base64.b64decode(source), len(source) // _QUANTUM * 3
    values: list[int] = []
    decoded = bytearray()
    alphabet = {ord(char): position for position, char in enumerate(_BASE64)}
    at = 0
    while at < len(source):
        byte = source[at]
        at += 1
        if byte in b"\r\n":
            continue
        if byte in alphabet:
            values.append(alphabet[byte])
            if len(values) == _QUANTUM:
                decoded += _bytes_of(values)
                values.clear()
            continue
        if byte != ord("=") or len(values) < _FIRST_PADDED:
            raise _corrupt(at - 1)
        _check_padding(source, at, values)
        decoded += _bytes_of(values)
        return bytes(decoded), len(source) // _QUANTUM * 3
    if values:
        raise _corrupt(at - len(values))
    return bytes(decoded), len(source) // _QUANTUM * 3


def _check_padding(source: bytes, at: int, values: list[int]) -> None:
    at = _skip_line_breaks(source, at)
    if len(values) == _FIRST_PADDED:
        if at == len(source):
            raise _corrupt(len(source))
        if source[at] != ord("="):
            raise _corrupt(at - 1)
        at = _skip_line_breaks(source, at + 1)
    if at < len(source):
        raise _corrupt(at)


def _skip_line_breaks(source: bytes, at: int) -> int:
    while at < len(source) and source[at] in b"\r\n":
        at += 1
    return at


def _bytes_of(values: list[int]) -> bytes:
    number = 0
    for value in (values + [0] * _QUANTUM)[:_QUANTUM]:
        number = number << 6 | value
    return number.to_bytes(3, "big")[: len(values) * 6 // 8]


def _corrupt(position: int) -> GoJsonError:
    return GoJsonError(f"illegal base64 data at input byte {position}")

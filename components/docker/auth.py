"""Builds, reads, merges and redacts `DOCKER_AUTH_CONFIG` documents.

Imports the standard library only, because the Lambda carries this file. `credential_resolution` models how the runner
reads a document; this module refuses what the runner would misread.
"""

import base64
import json
import re
from collections.abc import Collection, Mapping
from typing import Any, Final, cast

from . import bounded_json
from .auth_mistakes import auth_problem, broken_text, document_problem, text_after_value
from .bounded_json import BoundedJsonError

Document = dict[str, Any]
AuthEntry = dict[str, str]

DOCKER_AUTH_CONFIG: Final = "DOCKER_AUTH_CONFIG"
"""The variable that the runner reads before it pulls a job's `image:` and `services:`."""
PLACEHOLDER: Final = '{"auths":{}}'
"""A valid document that can be masked and that the runner ignores while it is empty."""

ECR_USER: Final = "AWS"
_HELPER_KEYS: Final = ("credHelpers", "credsStore")
_HELPER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HOST: Final = re.compile(r"[a-z0-9.-]+(?::[0-9]{1,5})?")
_SHOWN_KEY: Final = re.compile(r"(?:https?://)?[a-z0-9.-]{1,253}(?::[0-9]{1,5})?(?:/[a-z0-9._/-]{0,128})?")
_SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)
_ENTRY_KEYS: Final = {"auth", "username", "password", "identitytoken", "registrytoken"}
_KNOWN_HELPERS: Final = (
    "ecr-login",
    "gcr",
    "gcloud",
    "acr-env",
    "osxkeychain",
    "pass",
    "secretservice",
    "wincred",
    "desktop",
)
_HIDDEN: Final = "[hidden]"
_WHY_NOT_BOTH: Final = "one failing helper makes the runner drop the whole document, the good auths with it"


class DocumentError(ValueError):
    """What is wrong with a document or a login, and what to write instead; never holds a part that could be secret."""


def auth_entry(authorization_token: str) -> AuthEntry:
    """The entry for a token from `GetAuthorizationToken`, which already is the base64 of `AWS:<password>`.

    The token is checked and passed on unchanged, never decoded and encoded again.

    Raises:
        DocumentError: the text is not such a token. The message does not hold it.
    """
    if problem := auth_problem(authorization_token, user=ECR_USER):
        raise DocumentError(
            f"authorization token: it {problem}; pass on authorizationData[].authorizationToken as it is, "
            "it already is the base64 of AWS:<password>"
        )
    return {"auth": authorization_token}


def login_entry(username: str, password: str) -> AuthEntry:
    """The entry for a fixed user and password.

    Raises:
        ValueError: the user is empty or holds a colon, which ends the user's name in this format; the password ends
            with a line break.
    """
    if not username or ":" in username:
        raise ValueError(f"username: got {username!r}; write a user name without a colon")
    if password.endswith("\n"):
        raise ValueError("password: ends with a line break; strip it, no registry accepts it as part of the password")
    return {"auth": base64.b64encode(f"{username}:{password}".encode()).decode()}


def with_auths(entries: Mapping[str, AuthEntry]) -> Document:
    """A document of `auths`, one entry per registry host."""
    for host in entries:
        check_registry_host(host, "auths")
    return {"auths": {host: dict(entries[host]) for host in sorted(entries)}}


def with_helpers(helpers: Mapping[str, str]) -> Document:
    """A document of `credHelpers`: for each registry host the helper's name without `docker-credential-`."""
    for host, helper in helpers.items():
        check_registry_host(host, "credHelpers")
        _check_helper(helper, f"credHelpers.{host}")
    return {"credHelpers": {host: helpers[host] for host in sorted(helpers)}}


def with_store(helper: str) -> Document:
    """A document of `credsStore`: one helper that is asked for all registries, Docker Hub too."""
    _check_helper(helper, "credsStore")
    return {"credsStore": helper}


def dumps(document: Mapping[str, Any]) -> str:
    """The document in one line without white space, as a masked raw variable needs it."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True)
    # White space can still stand inside a string; its escape means the same.
    return text.replace(" ", "\\u0020")


def parse(text: str) -> Document:
    """Parses a document.

    Raises:
        DocumentError: the text is wrong. The message says how, and quotes nothing that could be secret.
    """
    document = _read(text)
    if problem := document_problem(document):
        raise _wrong(problem)
    return document


def merge(existing: str | None, owned_hosts: Collection[str], new_auths: Mapping[str, AuthEntry]) -> Document:
    """Replaces the entries of `owned_hosts` in the existing document by `new_auths` and keeps everything else.

    An entry belongs to an owned host in any spelling that the runner accepts, such as `https://HOST/v1/`. It may be
    broken, since it is replaced. An entry for a path below an owned host is kept, and so is a wrong login for another
    registry, unless the runner would drop the whole document for it.

    Args:
        existing: the variable's value; None or blank when there is none.
        owned_hosts: the registry hosts whose entries the rotator owns, including those that get no new entry.
        new_auths: the new entries by registry host; every host must be an owned one.

    Raises:
        DocumentError: the existing document is malformed or holds helpers.
        ValueError: a new entry is not owned.
    """
    if not_owned := sorted(set(new_auths) - set(owned_hosts)):
        raise ValueError(f"new_auths: {not_owned} are not among the owned hosts {sorted(owned_hosts)}")
    document = remove(existing, owned_hosts) if existing and existing.strip() else {}
    if helpers := [key for key in _HELPER_KEYS if document.get(key)]:
        raise _wrong(
            f"holds {helpers[0]}, so no auths are added to it: {_WHY_NOT_BOTH}. Take {helpers[0]} out, or leave "
            "this variable to the helper and use another one"
        )
    return document | {"auths": _auths(document) | with_auths(new_auths)["auths"]}


def remove(existing: str, owned_hosts: Collection[str]) -> Document:
    """Removes the entries of `owned_hosts` from the existing document and keeps everything else.

    Raises:
        DocumentError: the existing document is malformed.
    """
    document = _read(existing)
    owned = {host.lower() for host in owned_hosts}
    kept = {key: entry for key, entry in _auths(document).items() if _host_path(key) not in owned}
    document = document | {"auths": kept} if isinstance(document.get("auths"), dict) else document
    if problem := document_problem(document, fatal_only=True):
        raise _wrong(problem)
    return document


def redact(document_or_text: Mapping[str, Any] | str) -> str:
    """One line about a document for logs and reports: the registries and helpers it names, without any value."""
    if isinstance(document_or_text, str):
        try:
            value: object = bounded_json.loads(document_or_text)
        except BoundedJsonError:
            return f"[not JSON, {len(document_or_text)} characters]"
    else:
        value = document_or_text
    if not isinstance(value, Mapping):
        return f"[not an object, {len(str(document_or_text))} characters]"
    return json.dumps(_redacted(cast("Mapping[str, object]", value)), separators=(",", ":"))


def check_registry_host(host: str, where: str) -> None:
    """Refuses anything but `host[:port]` in lower case.

    Raises:
        ValueError: it is wrong. The message says what is wrong and what to write.
    """
    if scheme := _SCHEME.match(host):
        raise ValueError(f"{where}: got the key {host!r}; write the registry host alone: {host[scheme.end() :]}")
    if "/" in host:
        raise ValueError(f"{where}: got the key {host!r}; write the registry host alone: {host.partition('/')[0]}")
    if "*" in host:
        raise ValueError(
            f"{where}: got the key {host!r}; write each registry host, the runner does not support wildcards"
        )
    if not _HOST.fullmatch(host):
        raise ValueError(f"{where}: got the key {host!r}; write host or host:port in lower case")


def _read(text: str) -> Document:
    bare = text.strip()
    value: object
    try:
        bounded_json.check_depth(bare)
        value, end = _DECODER.raw_decode(bare)
    except BoundedJsonError as error:
        raise _wrong(str(error)) from None
    except json.JSONDecodeError:
        raise _wrong(broken_text(text)) from None
    if problem := text_after_value(value, bare[end:].lstrip()):
        raise _wrong(problem)
    return cast("Document", value)


def _auths(document: Document) -> dict[str, Any]:
    auths = document.get("auths")
    return cast("dict[str, Any]", auths) if isinstance(auths, dict) else {}


def _host_path(key: str) -> str:
    """The registry path of a key by the runner's rules, if it can be a single host."""
    if scheme := _SCHEME.match(key):
        return key[scheme.end() :].partition("/")[0].lower()
    host, _, path = key.removesuffix("/").partition("/")
    return f"{host.lower()}/{path}" if path else host.lower()


def _check_helper(helper: str, where: str) -> None:
    if helper.startswith("docker-credential-"):
        raise ValueError(f"{where}: got {helper!r}; write it without docker-credential-: {helper[18:]}")
    if not _HELPER.fullmatch(helper):
        raise ValueError(
            f"{where}: got {helper!r}; write the helper's name alone, such as ecr-login; "
            "the runner fails every pull for a name with a path in it"
        )


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise _wrong("names one key twice in the same object; keep one of them")
    return document


def _wrong(problem: str) -> DocumentError:
    return DocumentError(f"{DOCKER_AUTH_CONFIG}: {problem}")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_without_duplicates,
    parse_int=bounded_json.number,
    parse_float=bounded_json.number,
    parse_constant=bounded_json.refuse_constant,
)


def _redacted(document: Mapping[str, object]) -> dict[str, object]:
    shown: dict[str, object] = {}
    for key, value in document.items():
        if key == "auths" and isinstance(value, Mapping):
            auths = cast("Mapping[str, object]", value)
            shown[key] = {_shown_key(host): _shown_entry(entry) for host, entry in auths.items()}
        elif key == "credHelpers" and isinstance(value, Mapping):
            helpers = cast("Mapping[str, object]", value)
            shown[key] = {_shown_key(host): _shown_helper(name) for host, name in helpers.items()}
        elif key == "credsStore":
            shown[key] = _shown_helper(value)
        else:
            shown[_shown_key(key)] = _HIDDEN
    return shown


def _shown_key(key: str) -> str:
    return key if _SHOWN_KEY.fullmatch(key) else _HIDDEN


def _shown_entry(entry: object) -> object:
    return (
        dict.fromkeys(sorted(_ENTRY_KEYS & set(cast("Mapping[str, object]", entry))), _HIDDEN)
        if isinstance(entry, Mapping)
        else _HIDDEN
    )


def _shown_helper(name: object) -> object:
    return name if name in _KNOWN_HELPERS else _HIDDEN

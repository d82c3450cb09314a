"""Recognises and explains common mistakes in a `DOCKER_AUTH_CONFIG` without showing its contents.

Runners have accepted or silently dropped each of these, which surfaced as `no basic auth credentials`.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any, Final, cast

from .config import decode_auth
from .go_json import GoJsonError

_EXAMPLE: Final = '{"auths":{"<registry host>":{"auth":"<base64 of user:password>"}}}'
_KEYS: Final = ("auths", "credHelpers", "credsStore")
_ENTRY_KEYS: Final = ("auth", "username", "password", "identitytoken", "registrytoken", "serveraddress", "email")
_PAYLOAD: Final = '{"payload"'


def broken_text(text: str) -> str:  # noqa: PLR0911 - one mistake, one return
    """What is wrong with a text that is not JSON."""
    bare = text.strip()
    if not bare:
        return 'is empty; write {"auths":{}} or delete the variable'
    if bare.startswith(("{'", "['")):
        return f"uses single quotes; JSON wants double ones: {_EXAMPLE}"
    if '\\"' in bare and re.match(r"[{\[]\s*\\", bare):
        return "has backslashes before its quotes; take them out, only config.toml and shell need them"
    if bare[0] == '"' or re.match(r"[A-Za-z_]+\s*:", bare):
        return f"lacks its outer braces; write {_EXAMPLE}"
    if re.search(r'"[^"{}\r\n]*+[\r\n][^"{}]*+"', bare) and re.search(r'"auth"\s*:\s*"[^"]*[\r\n]', bare):
        return "has a line break inside an auth; encode in one line with `base64 -w0`"
    if bare.count("{") > bare.count("}"):
        return f"ends before its last brace; write {_EXAMPLE}"
    if bare[0] not in "{[":
        return f"is plain text, not JSON; a password or token alone is not enough, write {_EXAMPLE}"
    return f"is not valid JSON; write {_EXAMPLE}"


def text_after_value(value: object, rest: str) -> str | None:
    """What is wrong with a text that is not an object, or that continues after it; None for nothing."""
    if isinstance(value, str) and rest.startswith(":"):
        return f"lacks its outer braces; write {_EXAMPLE}"
    if not isinstance(value, dict):
        return f"is not an object; write {_EXAMPLE}"
    if rest.startswith("}"):
        return "has one closing brace too many; remove it"
    if rest:
        return f"has {len(rest)} characters after its last brace; the runner ignores them, remove them"
    return None


def document_problem(document: Mapping[str, Any], *, fatal_only: bool = False) -> str | None:
    """What is wrong with an object, or None; `fatal_only` accepts every entry that the runner can read."""
    for key in document:
        for known in _KEYS:
            if key != known and key.lower() == known.lower():
                return f"writes {key!r}; write {known}"
    if not any(key in document for key in _KEYS) and (hosts := [k for k, v in document.items() if _is_entry(v)]):
        return f"names {len(hosts)} registry hosts without auths around them; write {_EXAMPLE}"
    if set(document) & set(_ENTRY_KEYS):
        return f"is an entry without its registry host; write {_EXAMPLE}"
    return _auths_problem(document.get("auths"), fatal_only=fatal_only) or _helpers_problem(document)


def auth_problem(auth: object, user: str = "") -> str | None:  # noqa: PLR0911 - one mistake, one return
    """What is wrong with the value of an `auth`, or None; with `user`, it must be that user's login."""
    if not isinstance(auth, str):
        return "is not a text; write the base64 of user:password"
    if "$" in auth:
        return "holds a `$`: a variable was not resolved, or the base64 was copied from the wrong place"
    if re.search(r"\s", auth):
        return "has white space in it; encode in one line with `base64 -w0`"
    try:
        decoded = base64.b64decode(auth, validate=True)
    except (binascii.Error, ValueError):
        return "is not base64; write the base64 of user:password, not the password itself"
    name, colon, password = decoded.partition(b":")
    if name.startswith(_PAYLOAD.encode()):
        return (
            "is the bare ECR password: the runner would log in as the user `{`; write the base64 of AWS:<password>, "
            "which GetAuthorizationToken returns as authorizationToken"
        )
    if not colon or not name:
        return "decodes to no user and colon; write the base64 of user:password, not of the password alone"
    if password.endswith(b"\n"):
        return "ends with a line break after the password; encode with `printf %s` or `echo -n`"
    if user and name != user.encode():
        return f"is not for the user {user}"
    return None if password or not user else "has an empty password"


def _is_entry(value: object) -> bool:
    return isinstance(value, Mapping) and bool(set(cast("Mapping[str, Any]", value)) & set(_ENTRY_KEYS))


def _auths_problem(auths: object, *, fatal_only: bool) -> str | None:
    if auths is None:
        return None
    if not isinstance(auths, Mapping):
        return f"has auths that are not an object; write {_EXAMPLE}"
    for position, (_, entry) in enumerate(cast("Mapping[str, object]", auths).items(), start=1):
        where = f"auths, entry {position}"
        if not isinstance(entry, Mapping):
            return f'{where}: is not an object; write {{"auth":"<base64 of user:password>"}}'
        members = cast("Mapping[str, object]", entry)
        wrong = [key for key in _ENTRY_KEYS if not isinstance(members.get(key) or "", str)]
        if wrong:
            return f"{where}: {wrong[0]} is not a text, so the runner drops the whole document"
        auth = members.get("auth")
        if auth and not (fatal_only and _is_readable(str(auth))) and (problem := auth_problem(auth)):
            return f"{where}: its auth {problem}"
    return None


def _is_readable(auth: str) -> bool:
    try:
        decode_auth(auth)
    except GoJsonError:
        return False
    return True


def _helpers_problem(document: Mapping[str, Any]) -> str | None:
    helpers: object = document.get("credHelpers")
    if helpers is not None and not isinstance(helpers, Mapping):
        return 'has credHelpers that are not an object; write {"credHelpers":{"<registry host>":"ecr-login"}}'
    names: list[object] = list(cast("Mapping[str, object]", helpers or {}).values())
    store: object = document.get("credsStore")
    if store not in (None, ""):
        names.append(store)
    for name in names:
        if not isinstance(name, str) or not name or "/" in name:
            return "names a helper by more than its plain name, and the runner then fails every pull; write ecr-login"
    return None

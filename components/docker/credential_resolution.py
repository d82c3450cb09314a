"""Which credential the runner uses for an image, where it comes from, and why no other is used.

A pure model of the runner's resolver: it collects the entries of every source in order, the first source to name a
registry path keeps it, and the image takes the entry with the longest path. It runs no helper and reads no file; the
caller passes in what they hold. Source: gitlab-runner 19.4, `helpers/docker/auth/auth.go`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from .auth import DOCKER_AUTH_CONFIG
from .config import Credential, DockerConfig, load
from .go_json import GoJsonError

VARIABLE: Final = DOCKER_AUTH_CONFIG
HOME: Final = "home"
JOB_PAYLOAD: Final = "job payload"

Helpers = Mapping[str, Mapping[str, tuple[str, str]]]
"""What the helper programs on the runner's PATH know: user and password, by helper name and then by server."""

_SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)
_TOKEN_USER: Final = "<token>"  # noqa: S105 - the user name by which helpers mark an identity token
_TRAVERSAL: Final = "path traversal is not allowed"


class Outcome(Enum):
    """The outcome of the search for a credential."""

    FOUND = "found"
    NONE = "none"
    """The runner pulls without a credential."""
    ERROR = "error"
    """The runner fails the pull without contacting a registry."""


@dataclass(frozen=True)
class PayloadCredential:
    """A credential that GitLab passes to the runner with a job."""

    url: str
    username: str
    password: str
    type: str = "registry"


@dataclass(frozen=True)
class Resolution:
    """The runner's answer for one image.

    Attributes:
        outcome: whether a credential was found.
        image_path: what the runner looks for: the image without its tag, as a registry path.
        source: the source that won, empty when none did.
        key: the matching entry, as that source spells it.
        credential: what the runner sends; if empty, the runner pulls with an empty login.
        warnings: what the runner writes to the job's log, without its `WARNING: `.
        error: why the pull fails at once.
        passed_over: for each source that was not used, why.
    """

    outcome: Outcome
    image_path: str
    source: str = ""
    key: str = ""
    credential: Credential = field(default_factory=Credential)
    warnings: tuple[str, ...] = ()
    error: str = ""
    passed_over: tuple[tuple[str, str], ...] = ()


class _PathTraversalError(Exception):
    pass


@dataclass(frozen=True)
class _Source:
    name: str
    entries: tuple[tuple[str, Credential], ...] = ()
    error: str = ""
    absent: str = ""


@dataclass(frozen=True)
class _Entry:
    source: str
    key: str
    credential: Credential


def resolve(
    image: str,
    docker_auth_config: str | None = None,
    home_config: str | None = None,
    helpers: Helpers | None = None,
    payload: Iterable[PayloadCredential] = (),
) -> Resolution:
    """The credential that the runner uses for `image`.

    Args:
        image: the image as the job writes it, variables resolved.
        docker_auth_config: the value that the job sees; None when the variable is not set.
        home_config: `.docker/config.json` in the home of the runner's user; None when there is none.
        helpers: the helper programs on the PATH of the runner's process. One that is missing fails; one that does not
            know a server says so.
        payload: the job's credentials for GitLab's own registry.
    """
    path = image_path(image)
    try:
        sources = (
            _read(VARIABLE, docker_auth_config, helpers or {}),
            _read(HOME, home_config, helpers or {}),
            _payload(payload),
        )
    except _PathTraversalError:
        return Resolution(Outcome.ERROR, path, error=_TRAVERSAL)
    entries: dict[str, _Entry] = {}
    for source in sources:
        for key, credential in source.entries:
            entries.setdefault(registry_path(key), _Entry(source.name, key, credential))
    # The runner silently ignores a home file that it cannot read.
    warnings = tuple(
        f"Failed to resolve credentials from ${source.name}: {source.error}. "
        "Credentials from this source will not be used."
        for source in sources
        if source.error and source.name == VARIABLE
    )
    entry = next((entries[parent] for parent in _parents(path) if parent in entries), None)
    passed_over = tuple(
        (source.name, _why_not(source, entry, path))
        for source in sources
        if entry is None or source.name != entry.source
    )
    if entry is None:
        return Resolution(Outcome.NONE, path, warnings=warnings, passed_over=passed_over)
    return Resolution(
        Outcome.FOUND, path, entry.source, entry.key, entry.credential, warnings=warnings, passed_over=passed_over
    )


def image_path(image: str) -> str:
    """The registry path of an image, as the runner compares it: no tag, `docker.io` where no host is written."""
    directory, slash, name = image.rpartition("/")
    parts = _clean(f"{directory}{slash}{name.partition(':')[0]}")
    head, slash, _ = parts.partition("/")
    if not slash or not ("." in head or ":" in head or head.lower() == "localhost"):
        parts = _clean(f"docker.io/{parts}")
    elif head.lower() == "index.docker.io":
        parts = parts.partition(".")[2]
    return _lower_host(parts)


def registry_path(key: str) -> str:
    """The registry path that an entry's key means: after `http(s)://` only the host counts."""
    if scheme := _SCHEME.match(key):
        host = key[scheme.end() :].partition("/")[0].lower()
        return "docker.io" if host == "index.docker.io" else host
    path = key.removesuffix("/")
    directory, slash, name = path.rpartition("/")
    return _lower_host(f"{directory}/{name.rpartition(':')[0] if ':' in name else name}" if slash else path)


def _lower_host(path: str) -> str:
    host, slash, rest = path.partition("/")
    return f"{host.lower()}{slash}{rest}"


def _clean(path: str) -> str:
    """The path as Go's `path.Clean` leaves it, for the cases an image can be."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == ".." and kept and kept[-1] != "..":
            kept.pop()
        elif part not in ("", ".") and not (part == ".." and path.startswith("/")):
            kept.append(part)
    return "/" * path.startswith("/") + "/".join(kept)


def _parents(path: str) -> Iterable[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _read(name: str, text: str | None, helpers: Helpers) -> _Source:
    if text is None:
        return _Source(name, absent="is not set" if name == VARIABLE else "does not exist")
    try:
        config = load(text)
        entries = _entries(config, helpers)
    except GoJsonError as error:
        return _Source(name, error=str(error))
    return _Source(name, entries, absent="" if entries else "names no registry")


def _entries(config: DockerConfig, helpers: Helpers) -> tuple[tuple[str, Credential], ...]:
    found = {key: (key, credential) for key, credential in config.auths.items()}
    if config.creds_store:
        _refuse_traversal(config.creds_store)
        known = _helper(config.creds_store, helpers, "listing")
        found |= {server: (server, _from_helper(login)) for server, login in known.items()}
    for name in config.cred_helpers.values():
        _refuse_traversal(name)
    for server, name in sorted(config.cred_helpers.items()):
        known = _helper(name, helpers, "getting")
        # If the helper does not know a server, an entry without an address remains, which hides a static one.
        found[server] = (server, _from_helper(known[server])) if server in known else ("", Credential())
    return tuple(found[key] for key in sorted(found))


def _refuse_traversal(name: str) -> None:
    if not name or "/" in name:
        raise _PathTraversalError


def _helper(name: str, helpers: Helpers, doing: str) -> Mapping[str, tuple[str, str]]:
    if name not in helpers:
        program = f"docker-credential-{name}"
        raise GoJsonError(
            f'error {doing} credentials - err: exec: "{program}": executable file not found in $PATH, out: ``'
        )
    return helpers[name]


def _from_helper(known: tuple[str, str]) -> Credential:
    username, password = known
    return Credential(identity_token=password) if username == _TOKEN_USER else Credential(username, password)


def _payload(payload: Iterable[PayloadCredential]) -> _Source:
    entries = tuple(
        (credential.url, Credential(credential.username, credential.password))
        for credential in payload
        if credential.type == "registry"
    )
    return _Source(JOB_PAYLOAD, entries, absent="" if entries else "names no registry")


def _why_not(source: _Source, winner: _Entry | None, path: str) -> str:
    if source.error:
        return f"the runner drops all of it: {source.error}"
    if source.absent:
        return source.absent
    paths = {registry_path(key) for key, _ in source.entries}
    match = next((parent for parent in _parents(path) if parent in paths), None)
    if match is None or winner is None:
        return f"has no entry for {path.partition('/')[0]}" + _near_miss(paths, path)
    if match == registry_path(winner.key):
        return f"{winner.source} is read first and names {match} too"
    return f"its entry {match} is shorter than {registry_path(winner.key)}"


def _near_miss(paths: Iterable[str], path: str) -> str:
    host = path.partition("/")[0]
    bare = host.partition(":")[0]
    for known in sorted(paths):
        if "*" in known:
            return f"; it has {known}, and the runner does not support wildcards"
        if known.partition("/")[0].partition(":")[0] == bare and known != path:
            same_host = known.partition("/")[0] == host
            return f"; it has {known}, which is " + ("another path" if same_host else "another port")
    return ""

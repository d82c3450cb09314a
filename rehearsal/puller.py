"""Pulls an image as a container runtime does, and trusts nothing: every digest and every size is checked."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import urllib3

from .cloud.images import digest_of

_MANIFEST_TYPES: Final = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_OK: Final = 200
_DENIED: Final = (401, 403)


@dataclass(frozen=True)
class PullResult:
    """The outcome of a pull: allowed, with the manifest's digest, or denied, with the registry's reason."""

    allowed: bool
    reason: str
    digest: str | None


class PullError(Exception):
    """The pull neither worked nor was denied."""


class _Denied(Exception):  # noqa: N818 - an answer, not an error
    pass


def connection_pool(proxy_url: str, ca_file: Path) -> urllib3.PoolManager:
    """Persistent connections to registries, through a CONNECT proxy, trusting only one certificate authority."""
    return urllib3.ProxyManager(proxy_url, ca_certs=str(ca_file), maxsize=8, retries=False, timeout=30)


def pull(pool: urllib3.PoolManager, host: str, repository: str, reference: str, *, auth: str | None) -> PullResult:
    """Fetches the manifest, config and layers of an image.

    Args:
        pool: connections to the registry, from `connection_pool`.
        host: the registry host.
        repository: the repository, without the host.
        reference: a tag, or a digest such as `sha256:...`.
        auth: the `auth` value for the host, or None to ask without one.

    Raises:
        PullError: an answer other than yes or no, or content that does not match its digest or size.
    """
    try:
        manifest, _ = _all_of(pool, host, repository, reference, auth)
    except _Denied as denied:
        return PullResult(allowed=False, reason=str(denied), digest=None)
    return PullResult(allowed=True, reason="", digest=digest_of(manifest))


def fetched(
    pool: urllib3.PoolManager, host: str, repository: str, reference: str, *, auth: str | None
) -> tuple[bytes, list[bytes]]:
    """An image's config and layers, as `pull`; a denial is an error, with the message that Docker has for it.

    Raises:
        PullError: as `pull`, and when the registry says no.
    """
    try:
        _, (config, *layers) = _all_of(pool, host, repository, reference, auth)
    except _Denied as denied:
        status, _, words = str(denied).partition(" ")
        code, _, reason = words.partition(": ")
        known = {"403": f"{code.lower()}: {reason}", "401": "no basic auth credentials"}
        raise PullError(
            f'Head "https://{host}/v2/{repository}/manifests/{reference}": {known.get(status, words)}'
        ) from None
    return config, layers


def _all_of(
    pool: urllib3.PoolManager, host: str, repository: str, reference: str, auth: str | None
) -> tuple[bytes, list[bytes]]:
    """The manifest, then the config and the layers, each checked against its digest and size."""
    base = f"https://{host}/v2/{repository}"
    headers = {"Authorization": f"Basic {auth}"} if auth else {}
    wanted = headers | {"Accept": ", ".join(_MANIFEST_TYPES)}
    manifest = _get(pool, f"{base}/manifests/{reference}", wanted)
    if reference.startswith("sha256:"):
        _same(f"digest of manifest {reference}", digest_of(manifest), reference)
    document = json.loads(manifest)
    parts: list[bytes] = []
    for part in (document["config"], *document["layers"]):
        content = _get(pool, f"{base}/blobs/{part['digest']}", headers)
        _check(part, content)
        parts.append(content)
    return manifest, parts


def can_sign_in(pool: urllib3.PoolManager, host: str, auth: str | None) -> bool:
    """Whether the registry still accepts the token, whatever it may pull with it."""
    try:
        _get(pool, f"https://{host}/v2/", {"Authorization": f"Basic {auth}"} if auth else {})
    except _Denied:
        return False
    return True


def _get(pool: urllib3.PoolManager, url: str, headers: dict[str, str]) -> bytes:
    try:
        answer = pool.request("GET", url, headers=headers)
    except urllib3.exceptions.HTTPError as error:
        raise PullError(f"GET {url}: {error}") from error
    if answer.status in _DENIED:
        raise _Denied(_reason(answer))
    if answer.status != _OK:
        raise PullError(f"GET {url}: {_reason(answer)}")
    return answer.data


def _reason(answer: urllib3.BaseHTTPResponse) -> str:
    try:
        first: dict[str, Any] = json.loads(answer.data)["errors"][0]
        return f"{answer.status} {first['code']}: {first['message']}"
    except (ValueError, LookupError, TypeError):
        return f"{answer.status} {answer.reason or ''}".strip()


def _check(descriptor: dict[str, Any], content: bytes) -> None:
    name = descriptor["digest"]
    _same(f"size of {name}", len(content), descriptor["size"])
    _same(f"digest of {name}", digest_of(content), name)


def _same(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise PullError(f"{what}: got {found}, expected {expected}")

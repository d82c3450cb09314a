"""Tries a pull the way a container runtime begins it: the manifest, then its smallest blob."""

import re
from typing import Any, Final, cast

from ...rotation.http import Http, Response, UnreachableError
from .facts import Answer

_ACCEPT: Final = (
    "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
)
_DIGEST: Final = re.compile(r"sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})")
_OK: Final = 200


class RegistryPull:
    """Requests images from registries."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def __call__(self, host: str, repository: str, reference: str, auth: str | None) -> Answer:
        """The registry's answer to a pull of the manifest, then of the configuration.

        A role may be allowed to read manifests but not layers, so this requests one blob as well.
        """
        headers = {"Authorization": f"Basic {auth}"} if auth else {}
        base = f"https://{host}/v2/{repository}"
        try:
            response = self._http.request("GET", f"{base}/manifests/{reference}", headers | {"Accept": _ACCEPT})
            if digest := _first_digest(response, "manifests"):
                response = self._http.request("GET", f"{base}/manifests/{digest}", headers | {"Accept": _ACCEPT})
            if digest := _first_digest(response, "config"):
                response = self._http.request("GET", f"{base}/blobs/{digest}", headers)
            return _answer(response)
        except UnreachableError as error:
            return Answer(None, "", str(error))


def _first_digest(response: Response, key: str) -> str:
    """The digest under a key of a manifest, in an object or in the first object of a list; empty when it has none.

    A digest becomes part of a URL, and whoever pushed the image chose it.
    """
    document = response.json() if response.status == _OK else None
    found = cast("dict[str, Any]", document).get(key) if isinstance(document, dict) else None
    listed: list[Any] = cast("list[Any]", found) if isinstance(found, list) else [found]
    first = next(iter(listed), None)
    digest = cast("dict[str, Any]", first).get("digest") if isinstance(first, dict) else None
    return digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else ""


def _answer(response: Response) -> Answer:
    document = response.json() if response.status >= 400 else None  # noqa: PLR2004 - errors begin there
    try:
        first = cast("dict[str, Any]", document)["errors"][0]
        return Answer(response.status, str(first["code"]), str(first.get("message", "")))
    except (TypeError, LookupError):
        return Answer(response.status)

"""Tries a pull as a container runtime begins it: the manifest, then its smallest blob."""

from typing import Any, Final, cast

from ...rotation.http import Http, Response, UnreachableError
from .facts import Answer

_ACCEPT: Final = (
    "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
)
_OK: Final = 200


class RegistryPull:
    """Asks registries for images."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def __call__(self, host: str, repository: str, reference: str, auth: str | None) -> Answer:
        """The registry's answer to a pull: of the image itself, then of its configuration.

        A role may be allowed the manifest and denied the layers, so one blob is asked for as well.
        """
        headers = {"Authorization": f"Basic {auth}"} if auth else {}
        base = f"https://{host}/v2/{repository}"
        try:
            while True:
                response = self._http.request("GET", f"{base}/manifests/{reference}", headers | {"Accept": _ACCEPT})
                document = response.json() if response.status == _OK else None
                if not isinstance(document, dict):
                    return _answer(response)
                manifest = cast("dict[str, Any]", document)
                if not (children := manifest.get("manifests")):
                    break
                reference = str(children[0]["digest"])
            if digest := manifest.get("config", {}).get("digest"):
                response = self._http.request("GET", f"{base}/blobs/{digest}", headers)
            return _answer(response)
        except UnreachableError as error:
            return Answer(None, "", str(error))


def _answer(response: Response) -> Answer:
    document = response.json() if response.status >= 400 else None  # noqa: PLR2004 - errors begin there
    try:
        first = cast("dict[str, Any]", document)["errors"][0]
        return Answer(response.status, str(first["code"]), str(first.get("message", "")))
    except (TypeError, LookupError):
        return Answer(response.status)

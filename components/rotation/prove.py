"""Step two: verifies a token with the registry before anything is published."""

from collections.abc import Mapping
from typing import Final

from ..contract.plan import Audience, Registry
from .http import Http, UnreachableError
from .mint import RefusedError, Token
from .secret import Secret

# No image has this tag, so the answer shows only rights, and no image's last pull time changes.
PROBE_TAG: Final = "gitlab-ecr-probe"
_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404


def prove(audience: Audience, tokens: Mapping[str, Token], http: Http) -> None:
    """Checks that each registry accepts its token and allows exactly the repositories of the audience.

    It must allow the repository `inside`, and refuse the one `outside`.

    Raises:
        RefusedError: a registry refuses the token, is unreachable, or allows too much.
    """
    for registry in audience.registries:
        _prove_at(registry, audience, tokens[registry.region].auth, http)


def signs_in(host: str, auth: Secret, http: Http) -> bool | None:
    """Whether the registry accepts a token; None when it gave no clear answer."""
    try:
        return {_OK: True, _UNAUTHORIZED: False}.get(_get(host, "/v2/", auth, http))
    except RefusedError:
        return None


def _prove_at(registry: Registry, audience: Audience, auth: Secret, http: Http) -> None:
    host = registry.hosts[0]
    if (status := _get(host, "/v2/", auth, http)) != _OK:
        raise RefusedError(f"{host} refuses the new token: GET /v2/ answered {status}, not 200")
    if audience.inside is not None:
        status = _get(host, f"/v2/{audience.inside}/manifests/{PROBE_TAG}", auth, http)
        if status not in (_OK, _NOT_FOUND):
            raise RefusedError(
                f"{host} does not let the new token pull {audience.inside}: answered {status}",
                denied=status == _FORBIDDEN,
            )
    if audience.outside is not None:
        status = _get(host, f"/v2/{audience.outside}/manifests/{PROBE_TAG}", auth, http)
        if status in (_OK, _NOT_FOUND):
            raise RefusedError(f"over-broad: {host} lets the new token pull {audience.outside}, outside its audience")
        if status != _FORBIDDEN:
            raise RefusedError(f"{host} answered {status}, not 403, for {audience.outside}, outside the audience")


def _get(host: str, path: str, auth: Secret, http: Http) -> int:
    try:
        return http.request("GET", f"https://{host}{path}", {"Authorization": f"Basic {auth.reveal()}"}).status
    except UnreachableError as error:
        raise RefusedError(f"unreachable: {error}") from None

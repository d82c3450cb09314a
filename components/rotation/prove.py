"""Step two: verifies a token with the registry before anything is published."""

from collections.abc import Mapping
from typing import Final

from ..contract.plan import Audience
from .http import Http, UnreachableError
from .mint import RefusedError, Token
from .secret import Secret
from .workers import Batch

# No image has this tag, so the answer shows only rights, and no image's last pull time changes.
PROBE_TAG: Final = "gitlab-ecr-probe"
_SIGN_IN: Final = "/v2/"
AT_ONCE: Final = 3
"""How many requests are sent at the same time for an audience: all those about one registry."""
_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404

_Answer = int | Exception


def prove(audience: Audience, tokens: Mapping[str, Token], http: Http, seconds: float) -> None:
    """Checks that each registry accepts its token and allows exactly the repositories of the audience.

    It must allow the repository `inside`, and refuse the one `outside`. A registry gets its requests at the same time,
    because all targets wait for the answers.

    Args:
        audience: the audience.
        tokens: its tokens, by region.
        http: the HTTP client.
        seconds: how long it may take.

    Raises:
        RefusedError: a registry refuses the token, is unreachable, or allows too much.
    """
    probed = [name for name in (audience.inside, audience.outside) if name is not None]
    paths = [_SIGN_IN, *map(_probe, probed)]
    requests = [(registry.hosts[0], path, registry.region) for registry in audience.registries for path in paths]
    answers = Batch(
        requests,
        lambda request: _get(request[0], request[1], tokens[request[2]].auth, http),
        lambda request, error: error or RefusedError(f"unreachable: {request[0]}: no answer in time"),
        threads=AT_ONCE,
        seconds=seconds,
    ).results()
    for start in range(0, len(answers), len(paths)):
        _judge(requests[start][0], audience, dict(zip(paths, answers[start : start + len(paths)], strict=True)))


def signs_in(host: str, auth: Secret, http: Http) -> bool | None:
    """Whether the registry accepts a token; None when it gave no clear answer."""
    try:
        return {_OK: True, _UNAUTHORIZED: False}.get(_get(host, _SIGN_IN, auth, http))
    except RefusedError:
        return None


def _judge(host: str, audience: Audience, answers: Mapping[str, _Answer]) -> None:
    """Checks a registry's answers, by path."""
    if (status := _status(answers[_SIGN_IN])) != _OK:
        raise RefusedError(f"{host} refuses the new token: GET /v2/ answered {status}, not 200")
    if audience.inside is not None:
        status = _status(answers[_probe(audience.inside)])
        if status not in (_OK, _NOT_FOUND):
            raise RefusedError(
                f"{host} does not let the new token pull {audience.inside}: answered {status}",
                denied=status == _FORBIDDEN,
            )
    if audience.outside is not None:
        status = _status(answers[_probe(audience.outside)])
        if status in (_OK, _NOT_FOUND):
            raise RefusedError(f"over-broad: {host} lets the new token pull {audience.outside}, outside its audience")
        if status != _FORBIDDEN:
            raise RefusedError(f"{host} answered {status}, not 403, for {audience.outside}, outside the audience")


def _probe(repository: str) -> str:
    return f"/v2/{repository}/manifests/{PROBE_TAG}"


def _status(answer: _Answer) -> int:
    if isinstance(answer, Exception):
        raise answer
    return answer


def _get(host: str, path: str, auth: Secret, http: Http) -> int:
    try:
        return http.request("GET", f"https://{host}{path}", {"Authorization": f"Basic {auth.reveal()}"}).status
    except UnreachableError as error:
        raise RefusedError(f"unreachable: {error}") from None

"""The table of routes; the modules under `api` fill it."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from .call import Call, State
from .messages import ApiError, Reply, Request, json_reply, message

Handler = Callable[[Call], Reply]

READ = ("api", "read_api")
WRITE = ("api",)
ANY: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Route:
    method: str
    segments: tuple[str, ...]
    scopes: tuple[str, ...] | None
    handler: Handler

    def match(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        values: dict[str, str] = {}
        for want, got in zip(self.segments, segments, strict=True):
            if want.startswith(":"):
                values[want[1:]] = got
            elif want != got:
                return None
        return values


_routes: defaultdict[tuple[str, int], list[_Route]] = defaultdict(list)
"""By the first segment, which is never a parameter, and the number of segments."""


def route(method: str, path: str, scopes: tuple[str, ...] | None) -> Callable[[Handler], Handler]:
    """Registers a handler. If several routes match, the first one registered wins. `scopes=None` needs no token."""

    def register(handler: Handler) -> Handler:
        segments = tuple(path.strip("/").split("/"))
        _routes[_kind(segments)].append(_Route(method, segments, scopes, handler))
        return handler

    return register


def dispatch(state: State, request: Request) -> tuple[Reply, str]:
    """The reply, and the name of the caller's token."""
    similar = _routes.get(_kind(request.segments), [])
    matches = [(each, values) for each in similar if (values := each.match(request.segments)) is not None]
    method = "GET" if request.method == "HEAD" else request.method
    chosen = next(((each, values) for each, values in matches if each.method == method), None)
    if chosen is None:
        if matches:
            return message(HTTPStatus.METHOD_NOT_ALLOWED, "405 Method Not Allowed").reply, ""
        return json_reply({"error": "404 Not Found"}, HTTPStatus.NOT_FOUND), ""
    found, values = chosen
    call = Call(state, request, values)
    with state.lock:
        try:
            if found.scopes is not None:
                call.authenticate(found.scopes)
            return found.handler(call), call.token_name
        except ApiError as error:
            return error.reply, call.token_name


def _kind(segments: tuple[str, ...]) -> tuple[str, int]:
    return segments[0], len(segments)

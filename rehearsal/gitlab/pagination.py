"""Offset pagination with GitLab's headers; keyset pagination where GitLab has it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from .messages import ApiError, Reply, Request, json_reply
from .params import Field, declared, number

_PER_PAGE = 20
_MOST_PER_PAGE = 100
_MOST_COUNTED = 10_000
_NOT_IN_LINKS = {"page", "per_page", "private_token", "id_before"}


def paginate(request: Request, base_url: str, items: Sequence[Any]) -> Reply:
    """One page of what `items` holds; above 10,000 rows GitLab no longer counts them.

    Raises:
        ApiError: keyset pagination was requested for a list that does not support it, as most do not.
    """
    if request.params.get("pagination") == "keyset":
        text = "Keyset pagination is not yet available for this type of request"
        raise ApiError(json_reply({"error": text}, HTTPStatus.METHOD_NOT_ALLOWED))
    given = declared(request.params, Field("page", number), Field("per_page", number))
    page = max(given.get("page") or 1, 1)
    size = _size(given)
    pages = max(-(-len(items) // size), 1)
    previous, following = (page - 1 if page > 1 else None), (page + 1 if page < pages else None)
    counted = len(items) <= _MOST_COUNTED
    headers = {
        "X-Page": str(page),
        "X-Per-Page": str(size),
        "X-Prev-Page": str(previous or ""),
        "X-Next-Page": str(following or ""),
    }
    if counted:
        headers |= {"X-Total": str(len(items)), "X-Total-Pages": str(pages)}
    links = {"prev": previous, "next": following, "first": 1, "last": pages if counted else None}
    headers["Link"] = ", ".join(
        f'<{base_url}{request.path}?{_query(request, target, size)}>; rel="{name}"'
        for name, target in links.items()
        if target
    )
    return json_reply(items[(page - 1) * size : page * size], headers=headers)


def keyset(request: Request, base_url: str, items: Sequence[Any]) -> Reply:
    """One page of rows sorted by id, newest first; it links only to the next page, and has no counts."""
    size = _size(declared(request.params, Field("per_page", number)))
    page = items[:size]
    if len(items) <= size:
        return json_reply(page)
    kept = [pair for pair in parse_qsl(request.query, keep_blank_values=True) if pair[0] not in _NOT_IN_LINKS]
    query = urlencode([*kept, ("per_page", size), ("id_before", page[-1]["id"])])
    return json_reply(page, headers={"Link": f'<{base_url}{request.path}?{query}>; rel="next"'})


def _size(given: dict[str, Any]) -> int:
    size = given.get("per_page")
    return _PER_PAGE if size is None or size < 1 else min(size, _MOST_PER_PAGE)


def _query(request: Request, page: int, size: int) -> str:
    kept = [pair for pair in parse_qsl(request.query, keep_blank_values=True) if pair[0] not in _NOT_IN_LINKS]
    return urlencode([*kept, ("page", page), ("per_page", size)])

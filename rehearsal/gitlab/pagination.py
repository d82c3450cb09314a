"""Offset pagination with GitLab's headers."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from .messages import Reply, Request, json_reply
from .params import Field, declared, number

_PER_PAGE = 20
_MOST_PER_PAGE = 100
_MOST_COUNTED = 10_000


def paginate(request: Request, base_url: str, items: Sequence[Any]) -> Reply:
    """One page of what `items` holds; above 10,000 rows GitLab no longer counts them."""
    asked = declared(request.params, Field("page", number), Field("per_page", number))
    page = max(asked.get("page") or 1, 1)
    size = asked.get("per_page")
    size = _PER_PAGE if size is None or size < 1 else min(size, _MOST_PER_PAGE)
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


def _query(request: Request, page: int, size: int) -> str:
    kept = [
        pair
        for pair in parse_qsl(request.query, keep_blank_values=True)
        if pair[0] not in {"page", "per_page", "private_token"}
    ]
    return urlencode([*kept, ("page", page), ("per_page", size)])

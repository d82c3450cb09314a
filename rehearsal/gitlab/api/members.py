"""Members of projects and groups: the direct ones, and with `all` also those of the groups above."""

from http import HTTPStatus
from typing import Any

from rehearsal.gitlab.call import Call
from rehearsal.gitlab.messages import Reply, json_reply, message
from rehearsal.gitlab.params import Field, text
from rehearsal.gitlab.router import READ, route
from rehearsal.gitlab.store import Owner
from rehearsal.gitlab.tokens import GUEST
from rehearsal.gitlab.users import User


def _owner(call: Call) -> Owner:
    return call.project(GUEST) if call.request.segments[0] == "projects" else call.group(GUEST)


def _levels(call: Call) -> list[tuple[User, int]]:
    """Each member with the highest of the user's roles here, ordered by the user's id."""
    owner = _owner(call)
    owners = (owner, *(call.state.store.ancestors(owner) if "all" in call.request.segments[3:] else ()))
    found = [
        (user, max(user.memberships.get((each.kind, each.id), 0) for each in owners))
        for user in call.state.tokens.users
    ]
    return [(user, level) for user, level in found if level]


def _document(call: Call, user: User, level: int) -> dict[str, Any]:
    return user.brief() | {
        "access_level": level,
        "expires_at": None,
        "membership_state": "active",
        "web_url": f"{call.state.url}/{user.username}",
    }


def _list(call: Call) -> Reply:
    query = (call.declared(Field("query", text)).get("query") or "").lower()
    found = [(user, level) for user, level in _levels(call) if query in user.username.lower()]
    return call.page([_document(call, user, level) for user, level in found])


def _show(call: Call) -> Reply:
    for user, level in _levels(call):
        if str(user.id) == call.values["user_id"]:
            return json_reply(_document(call, user, level))
    raise message(HTTPStatus.NOT_FOUND, "404 Not found")


for _kind in ("projects", "groups"):
    for _reach in ("members/all", "members"):
        route("GET", f"/{_kind}/:id/{_reach}", READ)(_list)
        route("GET", f"/{_kind}/:id/{_reach}/:user_id", READ)(_show)

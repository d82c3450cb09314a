"""Protected branches and tags; their names may contain wildcards."""

from http import HTTPStatus
from typing import Any

from rehearsal.gitlab.call import Call
from rehearsal.gitlab.messages import Reply, json_reply, message
from rehearsal.gitlab.router import READ, route
from rehearsal.gitlab.tokens import MAINTAINER, REPORTER


def _document(kind: str, number: int, name: str) -> dict[str, Any]:
    level = {"id": number, "access_level": MAINTAINER, "access_level_description": "Maintainers"}
    if kind == "tags":
        return {"name": name, "create_access_levels": [level]}
    allowed = {"push_access_levels": [level], "merge_access_levels": [level]}
    return {"id": number, "name": name, **allowed, "allow_force_push": False}


def _all(call: Call) -> list[dict[str, Any]]:
    project = call.project(REPORTER)
    kind = call.request.segments[2].removeprefix("protected_")
    names = project.protected_branches if kind == "branches" else project.protected_tags
    return [_document(kind, number, name) for number, name in enumerate(names, 1)]


def _list(call: Call) -> Reply:
    return call.page(_all(call))


def _show(call: Call) -> Reply:
    for each in _all(call):
        if each["name"] == call.values["name"]:
            return json_reply(each)
    raise message(HTTPStatus.NOT_FOUND, "404 Not found")


for _kind in ("branches", "tags"):
    route("GET", f"/projects/:id/protected_{_kind}", READ)(_list)
    route("GET", f"/projects/:id/protected_{_kind}/:name", READ)(_show)

"""Environments of projects: their names, tiers and states."""

from http import HTTPStatus

from rehearsal.gitlab import environments
from rehearsal.gitlab.call import Call
from rehearsal.gitlab.environments import STATES, TIERS, Environment
from rehearsal.gitlab.messages import Reply, bad_request, forbidden, json_reply, message, no_content, parameter_error
from rehearsal.gitlab.params import Field, text
from rehearsal.gitlab.router import READ, WRITE, route
from rehearsal.gitlab.tokens import DEVELOPER, REPORTER

_ALL = "/projects/:id/environments"
_ONE = f"{_ALL}/:environment_id"
_SHORTEST_SEARCH = 3


@route("GET", _ALL, READ)
def _list(call: Call) -> Reply:
    project = call.project(REPORTER)
    asked = call.declared(Field("name", text), Field("search", text), Field("states", text, values=STATES))
    if asked.get("name") and asked.get("search"):
        raise parameter_error("name, search cannot be used together")
    search = asked.get("search") or ""
    if 0 < len(search) < _SHORTEST_SEARCH:
        raise bad_request(f"Search query is less than {_SHORTEST_SEARCH} characters")
    found = [
        row
        for row in project.environments
        if asked.get("name") in (None, "", row.name)
        and search.lower() in row.name.lower()
        and asked.get("states") in (None, row.state)
    ]
    return call.page([row.document() for row in found])


@route("GET", _ONE, READ)
def _show(call: Call) -> Reply:
    return json_reply(_found(call, REPORTER).document())


@route("POST", _ALL, WRITE)
def _create(call: Call) -> Reply:
    project = call.project(DEVELOPER, writable=True)
    given = call.declared(
        Field("name", text, required=True),
        Field("external_url", text),
        Field("description", text),
        Field("tier", text, values=TIERS),
    )
    name = given.pop("name") or ""
    row = environments.create(project.environments, call.state.now(), name, **given)
    return json_reply(row.document(), HTTPStatus.CREATED)


@route("POST", f"{_ONE}/stop", WRITE)
def _stop(call: Call) -> Reply:
    row = _found(call, DEVELOPER, writable=True)
    row.state = "stopped"
    return json_reply(row.document())


@route("DELETE", _ONE, WRITE)
def _delete(call: Call) -> Reply:
    """Only a stopped environment can be deleted."""
    row = _found(call, DEVELOPER, writable=True)
    if row.state != "stopped":
        raise forbidden()
    call.project(DEVELOPER).environments.remove(row)
    return no_content()


def _found(call: Call, level: int, *, writable: bool = False) -> Environment:
    for row in call.project(level, writable=writable).environments:
        if str(row.id) == call.values["environment_id"]:
            return row
    raise message(HTTPStatus.NOT_FOUND, "404 Not found")

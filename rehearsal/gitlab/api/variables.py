"""CI/CD variables of projects and groups."""

from http import HTTPStatus
from typing import Any

from rehearsal.gitlab import variables
from rehearsal.gitlab.call import Call
from rehearsal.gitlab.messages import Reply, json_reply, no_content, not_found
from rehearsal.gitlab.params import Field, declared, flag, loose_flag, mapping, text
from rehearsal.gitlab.router import READ, WRITE, route
from rehearsal.gitlab.store import Owner
from rehearsal.gitlab.tokens import MAINTAINER, OWNER

_NOT_FOUND = {"project": "Variable", "group": "GroupVariable"}
_TYPE = Field("variable_type", text, values=variables.VARIABLE_TYPES)


def _owner(call: Call) -> Owner:
    """The project or group. An archived project refuses every call, even a read."""
    if call.request.segments[0] == "projects":
        return call.project(MAINTAINER, writable=True)
    return call.group(OWNER, writable=True)


def _attributes(call: Call, owner: Owner, *fields: Field) -> dict[str, Any]:
    boolean = flag if owner.kind == "project" else loose_flag
    given = call.declared(
        *fields,
        Field("protected", boolean),
        Field("masked", boolean),
        Field("raw", boolean),
        _TYPE,
        Field("environment_scope", text),
        Field("description", text),
    )
    if owner.kind == "group" and not call.state.premium:
        given.pop("environment_scope", None)
    return given


def _filter(call: Call) -> str | None:
    given: dict[str, Any] = call.declared(Field("filter", mapping)).get("filter") or {}
    return declared(given, Field("environment_scope", text)).get("environment_scope")


def _found(call: Call, owner: Owner) -> variables.Variable:
    row = variables.find(owner.variables, call.values["key"], _filter(call))
    if row is None:
        raise not_found(_NOT_FOUND[owner.kind])
    return row


def _list(call: Call) -> Reply:
    return call.page([row.document() for row in _owner(call).variables])


def _get(call: Call) -> Reply:
    return json_reply(_found(call, _owner(call)).document())


def _create(call: Call) -> Reply:
    owner = _owner(call)
    boolean = flag if owner.kind == "project" else loose_flag
    given = _attributes(
        call,
        owner,
        Field("key", text, required=True),
        Field("value", text, required=True),
        Field("masked_and_hidden", boolean),
    )
    return json_reply(
        variables.create(owner.kind, owner.variables, given, call.state.value_limit).document(), HTTPStatus.CREATED
    )


def _update(call: Call) -> Reply:
    owner = _owner(call)
    given = _attributes(call, owner, Field("value", text))
    if owner.kind == "group" and "filter" not in call.request.params:
        # Without a filter, GitLab updates the first group variable of that key and never reports a conflict.
        row = next((row for row in owner.variables if row.key == call.values["key"]), None)
        if row is None:
            raise not_found(_NOT_FOUND[owner.kind])
    else:
        row = _found(call, owner)
    return json_reply(variables.update(owner.variables, row, given, call.state.value_limit).document())


def _delete(call: Call) -> Reply:
    owner = _owner(call)
    owner.variables.remove(_found(call, owner))
    return no_content()


for _kind in ("projects", "groups"):
    route("GET", f"/{_kind}/:id/variables", READ)(_list)
    route("POST", f"/{_kind}/:id/variables", WRITE)(_create)
    route("GET", f"/{_kind}/:id/variables/:key", READ)(_get)
    route("PUT", f"/{_kind}/:id/variables/:key", WRITE)(_update)
    route("DELETE", f"/{_kind}/:id/variables/:key", WRITE)(_delete)

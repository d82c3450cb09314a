"""CI/CD variables of the instance. Only administrators manage them; they have no scopes and are never hidden."""

from http import HTTPStatus
from typing import Any

from rehearsal.gitlab import variables
from rehearsal.gitlab.call import Call
from rehearsal.gitlab.messages import Reply, json_reply, no_content, not_found
from rehearsal.gitlab.params import Field, flag, text
from rehearsal.gitlab.router import READ, WRITE, route

_PATH = "/admin/ci/variables"
_TYPE = Field("variable_type", text, values=variables.VARIABLE_TYPES)


def _rows(call: Call) -> list[variables.Variable]:
    call.administrator()
    return call.state.store.instance.variables


def _attributes(call: Call, *fields: Field) -> dict[str, Any]:
    flags = (Field(name, flag) for name in ("protected", "masked", "raw"))
    return call.declared(*fields, *flags, _TYPE, Field("description", text))


def _found(call: Call) -> variables.Variable:
    row = variables.find(_rows(call), call.values["key"], None)
    if row is None:
        raise not_found("InstanceVariable")
    return row


@route("GET", _PATH, READ)
def _list(call: Call) -> Reply:
    return call.page([row.document_of_instance() for row in _rows(call)])


@route("GET", f"{_PATH}/:key", READ)
def _get(call: Call) -> Reply:
    return json_reply(_found(call).document_of_instance())


@route("POST", _PATH, WRITE)
def _create(call: Call) -> Reply:
    rows = _rows(call)
    given = _attributes(call, Field("key", text, required=True), Field("value", text, required=True))
    made = variables.create("instance", rows, given, variables.LONGEST_OF_INSTANCE)
    return json_reply(made.document_of_instance(), HTTPStatus.CREATED)


@route("PUT", f"{_PATH}/:key", WRITE)
def _update(call: Call) -> Reply:
    row = _found(call)
    given = _attributes(call, Field("value", text))
    return json_reply(variables.update(_rows(call), row, given, variables.LONGEST_OF_INSTANCE).document_of_instance())


@route("DELETE", f"{_PATH}/:key", WRITE)
def _delete(call: Call) -> Reply:
    row = _found(call)
    _rows(call).remove(row)
    return no_content()

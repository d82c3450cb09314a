"""Merge requests and their notes."""

from http import HTTPStatus

from rehearsal.gitlab.call import Call
from rehearsal.gitlab.messages import Reply, forbidden, json_reply, message, no_content
from rehearsal.gitlab.notes import MergeRequest, Note
from rehearsal.gitlab.params import Field, text
from rehearsal.gitlab.router import READ, WRITE, route
from rehearsal.gitlab.tokens import MAINTAINER, REPORTER

_NOTES = "/projects/:id/merge_requests/:iid/notes"


@route("GET", "/projects/:id/merge_requests/:iid", READ)
def _show(call: Call) -> Reply:
    found = _merge_request(call)
    return json_reply({"id": found.iid, "iid": found.iid, "project_id": call.project(REPORTER).id, "state": "opened"})


@route("GET", _NOTES, READ)
def _list(call: Call) -> Reply:
    found = _merge_request(call)
    sort = call.declared(Field("sort", text, values=("asc", "desc"))).get("sort", "desc")
    notes = found.notes if sort == "asc" else found.notes[::-1]
    return call.page([note.document(found) for note in notes])


@route("POST", _NOTES, WRITE)
def _create(call: Call) -> Reply:
    found = _merge_request(call, writable=True)
    body = call.declared(Field("body", text, required=True))["body"]
    if not body:
        raise message(HTTPStatus.BAD_REQUEST, {"note": ["can't be blank"]})
    note = Note(call.user, body, call.state.now(), call.state.now())
    found.notes.append(note)
    return json_reply(note.document(found), HTTPStatus.CREATED)


@route("GET", f"{_NOTES}/:note_id", READ)
def _get(call: Call) -> Reply:
    found = _merge_request(call)
    return json_reply(_note(call, found).document(found))


@route("PUT", f"{_NOTES}/:note_id", WRITE)
def _update(call: Call) -> Reply:
    found = _merge_request(call, writable=True)
    note = _own(call, _note(call, found))
    body = call.declared(Field("body", text)).get("body")
    if body:
        note.body, note.updated_at = body, call.state.now()
    return json_reply(note.document(found))


@route("DELETE", f"{_NOTES}/:note_id", WRITE)
def _delete(call: Call) -> Reply:
    found = _merge_request(call, writable=True)
    found.notes.remove(_own(call, _note(call, found)))
    return no_content()


def _merge_request(call: Call, *, writable: bool = False) -> MergeRequest:
    project = call.project(REPORTER, writable=writable)
    iid = call.values["iid"]
    found = project.merge_requests.get(int(iid)) if iid.isdecimal() else None
    if found is None:
        raise message(HTTPStatus.NOT_FOUND, "404 Not found")
    return found


def _note(call: Call, found: MergeRequest) -> Note:
    for note in found.notes:
        if str(note.id) == call.values["note_id"]:
            return note
    raise message(HTTPStatus.NOT_FOUND, "404 Note Not Found")


def _own(call: Call, note: Note) -> Note:
    if note.author is not call.user and call.state.level(call.user, call.project(REPORTER)) < MAINTAINER:
        raise forbidden()
    return note

"""Runners: created by users, verified and removed by themselves or by those who manage them."""

from http import HTTPStatus

from rehearsal.gitlab.call import Call
from rehearsal.gitlab.messages import Reply, bad_request, forbidden, json_reply, no_content, not_found
from rehearsal.gitlab.params import Field, flag, number, text, words
from rehearsal.gitlab.router import READ, WRITE, route
from rehearsal.gitlab.runners import ACCESS_LEVELS, RUNNER_TYPES, Runner
from rehearsal.gitlab.store import Owner
from rehearsal.gitlab.tokens import MAINTAINER, OWNER


@route("POST", "/user/runners", ("api", "create_runner"))
def _create(call: Call) -> Reply:
    kind = call.request.params.get("runner_type")
    given = call.declared(
        Field("runner_type", text, required=True, values=RUNNER_TYPES),
        Field("group_id", number, required=kind == "group_type"),
        Field("project_id", number, required=kind == "project_type"),
        Field("description", text),
        Field("maintenance_note", text),
        Field("paused", flag),
        Field("locked", flag),
        Field("access_level", text, values=ACCESS_LEVELS),
        Field("run_untagged", flag),
        Field("tag_list", words),
        Field("maximum_timeout", number),
    )
    group_id, project_id = given.pop("group_id", None), given.pop("project_id", None)
    owner: Owner | None = None
    if given["runner_type"] == "group_type":
        owner = call.state.store.groups.get(group_id)
    elif given["runner_type"] == "project_type":
        owner = call.state.store.projects.get(project_id)
    if owner is None and given["runner_type"] != "instance_type":
        raise bad_request("Missing/invalid scope")
    if not _manages(call, owner):
        raise forbidden("Insufficient permissions")
    runner = call.state.runners.create(given.pop("runner_type"), owner, call.user, given)
    return json_reply(runner.registration(), HTTPStatus.CREATED)


@route("POST", "/runners/verify", None)
def _verify(call: Call) -> Reply:
    return json_reply(_itself(call).registration())


@route("DELETE", "/runners", None)
def _unregister(call: Call) -> Reply:
    call.state.runners.remove(_itself(call))
    return no_content()


@route("GET", "/runners/:id", READ)
def _show(call: Call) -> Reply:
    return json_reply(_managed(call).document())


@route("DELETE", "/runners/:id", WRITE)
def _delete(call: Call) -> Reply:
    call.state.runners.remove(_managed(call))
    return no_content()


def _itself(call: Call) -> Runner:
    token = call.declared(Field("token", text, required=True))["token"]
    runner = call.state.runners.by_token(token or "")
    if runner is None:
        raise forbidden()
    return runner


def _managed(call: Call) -> Runner:
    runner = call.state.runners.find(call.values["id"])
    if runner is None:
        raise not_found("Runner")
    if not _manages(call, runner.owner):
        raise forbidden("No access granted")
    return runner


def _manages(call: Call, owner: Owner | None) -> bool:
    if owner is None:
        return call.user.admin
    level = MAINTAINER if owner.kind == "project" else OWNER
    return call.state.level(call.user, owner) >= level and not call.state.store.archived(owner)

"""Runners. Whoever manages a runner creates, lists and changes it; a runner verifies and removes itself."""

from collections.abc import Iterable
from http import HTTPStatus

from rehearsal.gitlab.call import Call
from rehearsal.gitlab.messages import (
    Reply,
    bad_request,
    forbidden,
    json_reply,
    no_content,
    not_found,
    parameter_error,
)
from rehearsal.gitlab.params import Field, flag, mapping, number, text, words
from rehearsal.gitlab.router import READ, WRITE, route
from rehearsal.gitlab.runners import ACCESS_LEVELS, RUNNER_TYPES, STATUSES, Runner
from rehearsal.gitlab.store import Owner
from rehearsal.gitlab.tokens import MAINTAINER, OWNER

_ATTRIBUTES = (
    Field("description", text),
    Field("maintenance_note", text),
    Field("paused", flag),
    Field("locked", flag),
    Field("access_level", text, values=ACCESS_LEVELS),
    Field("run_untagged", flag),
    Field("tag_list", words),
    Field("maximum_timeout", number),
)


@route("POST", "/user/runners", ("api", "create_runner"))
def _create(call: Call) -> Reply:
    kind = call.request.params.get("runner_type")
    given = call.declared(
        Field("runner_type", text, required=True, values=RUNNER_TYPES),
        Field("group_id", number, required=kind == "group_type"),
        Field("project_id", number, required=kind == "project_type"),
        *_ATTRIBUTES,
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
    return json_reply(itself(call).registration())


@route("DELETE", "/runners", None)
def _unregister(call: Call) -> Reply:
    call.state.runners.remove(itself(call, contact=False))
    return no_content()


@route("DELETE", "/runners/managers", None)
def _unregister_manager(call: Call) -> Reply:
    """Removes one machine; the runner stays for its other machines."""
    system = call.declared(Field("system_id", text, required=True))["system_id"]
    itself(call, contact=False).managers.remove(system)
    return no_content()


@route("POST", "/runners/reset_authentication_token", None)
def _reset_token(call: Call) -> Reply:
    runner = itself(call, contact=False)
    call.state.runners.reset_token(runner)
    return json_reply({"token": runner.token, "token_expires_at": None}, HTTPStatus.CREATED)


@route("GET", "/runners/:id/managers", READ)
def _managers(call: Call) -> Reply:
    return call.page(_managed(call).managers.documents())


@route("GET", "/runners", READ)
def _list_own(call: Call) -> Reply:
    """The runners that the user manages; only an administrator manages the instance's."""
    return _listed(call, (runner for runner in call.state.runners.newest_first() if _manages(call, runner.owner)))


@route("GET", "/runners/all", READ)
def _list_all(call: Call) -> Reply:
    if not call.user.admin:
        raise forbidden()
    return _listed(call, call.state.runners.newest_first())


@route("GET", "/projects/:id/runners", READ)
def _list_of_project(call: Call) -> Reply:
    return _listed(call, _available_to(call, call.project(MAINTAINER)))


@route("GET", "/groups/:id/runners", READ)
def _list_of_group(call: Call) -> Reply:
    return _listed(call, _available_to(call, call.group(MAINTAINER)))


@route("GET", "/runners/:id", READ)
def _show(call: Call) -> Reply:
    return json_reply(_managed(call).document())


@route("PUT", "/runners/:id", WRITE)
def _update(call: Call) -> Reply:
    runner = _managed(call)
    given = call.declared(*_ATTRIBUTES)
    if not given:
        names = ", ".join(field.name for field in _ATTRIBUTES)
        raise parameter_error(f"{names} are missing, at least one parameter must be provided")
    call.state.runners.change(runner, given)
    return json_reply(runner.document())


@route("DELETE", "/runners/:id", WRITE)
def _delete(call: Call) -> Reply:
    call.state.runners.remove(_managed(call))
    return no_content()


def _available_to(call: Call, owner: Owner) -> list[Runner]:
    """The runners that may run a project's jobs: its own, those of the groups above it, and the instance's."""
    owners = (owner, *call.state.store.ancestors(owner))
    return [each for each in call.state.runners.newest_first() if each.owner is None or each.owner in owners]


def _listed(call: Call, runners: Iterable[Runner]) -> Reply:
    asked = call.declared(
        Field("type", text, values=RUNNER_TYPES),
        Field("status", text, values=STATUSES),
        Field("paused", flag),
        Field("tag_list", words),
    )
    found = [
        each
        for each in runners
        if asked.get("type") in (None, each.runner_type)
        and asked.get("status") in (None, each.status)
        and asked.get("paused") in (None, each.paused)
        and set(asked.get("tag_list") or []) <= set(each.tag_list)
    ]
    return call.page([each.brief() for each in found])


def itself(call: Call, *, contact: bool = True) -> Runner:
    """The runner whose token the request carries; `contact` records that its machine called."""
    given = call.declared(
        Field("token", text, required="Runner-Token" not in call.request.headers),
        Field("system_id", text),
        Field("info", mapping),
    )
    runner = call.state.runners.by_token(given.get("token") or call.request.headers.get("Runner-Token") or "")
    if runner is None:
        raise forbidden()
    if contact:
        runner.status = "online"
        runner.managers.contacted(given.get("system_id"), given.get("info") or {}, call.state.now())
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

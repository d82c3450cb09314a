"""Pipeline schedules: owned by the person who created them, changed only by their owner."""

from http import HTTPStatus
from typing import Any

from rehearsal.gitlab.call import Call
from rehearsal.gitlab.messages import Reply, forbidden, json_reply, no_content, not_found
from rehearsal.gitlab.params import Field, flag, text
from rehearsal.gitlab.router import READ, WRITE, route
from rehearsal.gitlab.schedules import Pipeline, Schedule
from rehearsal.gitlab.store import Project
from rehearsal.gitlab.tokens import DEVELOPER, MAINTAINER

_FIRST, _FIRST_PIPELINE = 501, 60001
_SCOPES = ("active", "inactive")
_PATH = "/projects/:id/pipeline_schedules"
ONE = f"{_PATH}/:schedule"


def found(call: Call, project: Project) -> Schedule:
    """The schedule that the path names."""
    number = call.values["schedule"]
    schedule = project.schedules.get(int(number)) if number.isdecimal() else None
    if schedule is None:
        raise not_found("Pipeline Schedule")
    return schedule


def own(call: Call) -> Schedule:
    """The schedule that the path names, if the caller owns it: nobody else may change it, whatever their role."""
    schedule = found(call, call.project(DEVELOPER, writable=True))
    if schedule.owner is not call.user:
        raise forbidden()
    return schedule


def _attributes(call: Call, *, required: bool) -> dict[str, Any]:
    return call.declared(
        Field("description", text, required=required),
        Field("ref", text, required=required),
        Field("cron", text, required=required),
        Field("cron_timezone", text),
        Field("active", flag),
    )


def _shown(call: Call, schedule: Schedule, status: int = HTTPStatus.OK) -> Reply:
    return json_reply(schedule.details(call.state.url, call.state.now()), status)


@route("GET", _PATH, READ)
def _list(call: Call) -> Reply:
    project = call.project(DEVELOPER)
    scope = call.declared(Field("scope", text, values=_SCOPES)).get("scope")
    wanted = [each for each in project.schedules.values() if scope in (None, "active" if each.active else "inactive")]
    return call.page([each.document(call.state.url, call.state.now()) for each in wanted])


@route("POST", _PATH, WRITE)
def _create(call: Call) -> Reply:
    project = call.project(DEVELOPER, writable=True)
    given = _attributes(call, required=True)
    number, now = max([_FIRST - 1, *project.schedules]) + 1, call.state.now()
    schedule = Schedule(number, call.user, now, now, given["description"], given["ref"], given["cron"])
    schedule.change(now, **given)
    project.schedules[number] = schedule
    return _shown(call, schedule, HTTPStatus.CREATED)


@route("GET", ONE, READ)
def _get(call: Call) -> Reply:
    return _shown(call, found(call, call.project(DEVELOPER)))


@route("PUT", ONE, WRITE)
def _update(call: Call) -> Reply:
    schedule = own(call)
    schedule.change(call.state.now(), **_attributes(call, required=False))
    return _shown(call, schedule)


@route("DELETE", ONE, WRITE)
def _delete(call: Call) -> Reply:
    project = call.project(DEVELOPER, writable=True)
    schedule = found(call, project)
    if schedule.owner is not call.user:
        call.project(MAINTAINER)
    del project.schedules[schedule.id]
    return no_content()


@route("POST", f"{ONE}/take_ownership", WRITE)
def _take_ownership(call: Call) -> Reply:
    schedule = found(call, call.project(MAINTAINER, writable=True))
    status = HTTPStatus.OK if schedule.owner is call.user else HTTPStatus.CREATED
    schedule.owner, schedule.updated_at = call.user, call.state.now()
    return _shown(call, schedule, status)


@route("GET", f"{ONE}/pipelines", READ)
def _pipelines(call: Call) -> Reply:
    project = call.project(DEVELOPER)
    sort = call.declared(Field("sort", text, values=("asc", "desc"))).get("sort", "asc")
    started = found(call, project).pipelines
    url = f"{call.state.url}/{project.path}"
    return call.page([each.document(project.id, url) for each in (started if sort == "asc" else started[::-1])])


@route("POST", f"{ONE}/play", WRITE)
def _play(call: Call) -> Reply:
    project = call.project(DEVELOPER, writable=True)
    schedule = found(call, project)
    taken = [pipeline.id for each in project.schedules.values() for pipeline in each.pipelines]
    number = max([_FIRST_PIPELINE - 1, *taken]) + 1
    schedule.pipelines.append(Pipeline(number, schedule.ref, call.state.now()))
    return json_reply({"message": "201 Created"}, HTTPStatus.CREATED)

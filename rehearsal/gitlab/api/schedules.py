"""Pipeline schedules: owned by who made them, changed by their owner alone."""

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
_PATH = "/projects/:id/pipeline_schedules"
_ONE = f"{_PATH}/:schedule"


def _attributes(call: Call, *, required: bool) -> dict[str, Any]:
    return call.declared(
        Field("description", text, required=required),
        Field("ref", text, required=required),
        Field("cron", text, required=required),
        Field("cron_timezone", text),
        Field("active", flag),
    )


def _found(call: Call, project: Project) -> Schedule:
    number = call.values["schedule"]
    schedule = project.schedules.get(int(number)) if number.isdecimal() else None
    if schedule is None:
        raise not_found("Pipeline Schedule")
    return schedule


def _own(call: Call) -> Schedule:
    schedule = _found(call, call.project(DEVELOPER, writable=True))
    if schedule.owner is not call.user:
        raise forbidden()
    return schedule


def _shown(call: Call, schedule: Schedule, status: int = HTTPStatus.OK) -> Reply:
    return json_reply(schedule.details(call.state.url, call.state.now()), status)


@route("GET", _PATH, READ)
def _list(call: Call) -> Reply:
    project = call.project(DEVELOPER)
    return call.page([each.document(call.state.url, call.state.now()) for each in project.schedules.values()])


@route("POST", _PATH, WRITE)
def _create(call: Call) -> Reply:
    project = call.project(DEVELOPER, writable=True)
    given = _attributes(call, required=True)
    number = max([_FIRST - 1, *project.schedules]) + 1
    schedule = Schedule(number, call.user, call.state.now(), given["description"], given["ref"], given["cron"])
    schedule.change(**given)
    project.schedules[number] = schedule
    return _shown(call, schedule, HTTPStatus.CREATED)


@route("GET", _ONE, READ)
def _get(call: Call) -> Reply:
    return _shown(call, _found(call, call.project(DEVELOPER)))


@route("PUT", _ONE, WRITE)
def _update(call: Call) -> Reply:
    schedule = _own(call)
    schedule.change(**_attributes(call, required=False))
    return _shown(call, schedule)


@route("DELETE", _ONE, WRITE)
def _delete(call: Call) -> Reply:
    project = call.project(DEVELOPER, writable=True)
    schedule = _found(call, project)
    if schedule.owner is not call.user:
        call.project(MAINTAINER)
    del project.schedules[schedule.id]
    return no_content()


@route("POST", f"{_ONE}/take_ownership", WRITE)
def _take_ownership(call: Call) -> Reply:
    schedule = _found(call, call.project(MAINTAINER, writable=True))
    status = HTTPStatus.OK if schedule.owner is call.user else HTTPStatus.CREATED
    schedule.owner = call.user
    return _shown(call, schedule, status)


@route("POST", f"{_ONE}/play", WRITE)
def _play(call: Call) -> Reply:
    project = call.project(DEVELOPER, writable=True)
    schedule = _found(call, project)
    taken = [pipeline.id for each in project.schedules.values() for pipeline in each.pipelines]
    schedule.pipelines.append(Pipeline(max([_FIRST_PIPELINE - 1, *taken]) + 1, schedule.ref))
    return json_reply({"message": "201 Created"}, HTTPStatus.CREATED)

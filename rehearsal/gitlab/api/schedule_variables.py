"""Variables of pipeline schedules. A key is unique in its schedule, and only the schedule's owner writes them."""

from http import HTTPStatus

from rehearsal.gitlab.call import Call
from rehearsal.gitlab.messages import Reply, json_reply, message, not_found
from rehearsal.gitlab.params import Field, text
from rehearsal.gitlab.router import WRITE, route
from rehearsal.gitlab.schedules import Schedule, ScheduleVariable
from rehearsal.gitlab.variables import VARIABLE_TYPES, key_problems

from .schedules import ONE, own

_VARIABLES = f"{ONE}/variables"


@route("POST", _VARIABLES, WRITE)
def _create(call: Call) -> Reply:
    schedule = own(call)
    given = call.declared(
        Field("key", text, required=True),
        Field("value", text, required=True),
        Field("variable_type", text, values=VARIABLE_TYPES),
    )
    row = ScheduleVariable(**given)
    problems = key_problems(row.key)
    if any(each.key == row.key for each in schedule.variables):
        problems.append(f"({row.key}) has already been taken")
    if problems:
        raise message(HTTPStatus.BAD_REQUEST, {"key": problems})
    schedule.variables.append(row)
    return json_reply(row.document(), HTTPStatus.CREATED)


@route("PUT", f"{_VARIABLES}/:key", WRITE)
def _update(call: Call) -> Reply:
    row = _found(call, own(call))
    given = call.declared(Field("value", text), Field("variable_type", text, values=VARIABLE_TYPES))
    row.value = row.value if given.get("value") is None else given["value"]
    row.variable_type = given.get("variable_type") or row.variable_type
    return json_reply(row.document())


@route("DELETE", f"{_VARIABLES}/:key", WRITE)
def _delete(call: Call) -> Reply:
    """Answers with the deleted variable, unlike GitLab's other deletions."""
    schedule = own(call)
    row = _found(call, schedule)
    schedule.variables.remove(row)
    return json_reply(row.document(), HTTPStatus.ACCEPTED)


def _found(call: Call, schedule: Schedule) -> ScheduleVariable:
    for row in schedule.variables:
        if row.key == call.values["key"]:
            return row
    raise not_found("Pipeline Schedule Variable")

"""`gitlab:PipelineSchedule`, over the instance's own REST API."""

from typing import Final
from urllib.parse import quote

from rehearsal.adapter.clients import Clients, given
from rehearsal.adapter.kind import Created, Kind, Values, keys

from .call import call


def _create_schedule(clients: Clients, inputs: Values) -> Created:
    answer = call(clients, "POST", _schedules(inputs["project"]), given(**_schedule(inputs)))
    return f"{inputs['project']}:{answer['id']}", {"pipelineScheduleId": answer["id"], "owner": answer["owner"]["id"]}


def _read_schedule(clients: Clients, id_: str, state: Values) -> Values:
    project, _, number = id_.rpartition(":")
    found = call(clients, "GET", f"{_schedules(project)}/{number}")
    return {
        "project": project,
        "pipelineScheduleId": found["id"],
        "description": found["description"],
        "ref": found["ref"],
        "cron": found["cron"],
        "cronTimezone": found["cron_timezone"],
        "active": found["active"],
        "owner": found["owner"]["id"],
        "takeOwnership": state.get("takeOwnership", False),
    }


def _foreseen(clients: Clients, inputs: Values) -> Values:
    """Predicts the owner, the user who takes ownership. The provider looks this up whenever it plans."""
    return {"owner": call(clients, "GET", "user")["id"]} if inputs.get("takeOwnership") else {}


def _update_schedule(clients: Clients, id_: str, _state: Values, inputs: Values) -> None:
    project, _, number = id_.rpartition(":")
    if inputs.get("takeOwnership"):
        call(clients, "POST", f"{_schedules(project)}/{number}/take_ownership")
    call(clients, "PUT", f"{_schedules(project)}/{number}", given(**_schedule(inputs)))


def _delete_schedule(clients: Clients, id_: str, _state: Values) -> None:
    project, _, number = id_.rpartition(":")
    call(clients, "DELETE", f"{_schedules(project)}/{number}")


def _schedules(project: str) -> str:
    return f"projects/{quote(project, safe='')}/pipeline_schedules"


def _schedule(inputs: Values) -> Values:
    return {
        "description": inputs["description"],
        "ref": inputs["ref"],
        "cron": inputs["cron"],
        "cron_timezone": inputs.get("cronTimezone"),
        "active": inputs.get("active"),
    }


KINDS: Final = {
    "gitlab:index/pipelineSchedule:PipelineSchedule": Kind(
        create=_create_schedule,
        read=_read_schedule,
        update=_update_schedule,
        delete=_delete_schedule,
        replaced_by=keys("project"),
        computed=keys("pipelineScheduleId", "owner"),
        auto_named=False,
        defaults={"active": True, "cronTimezone": "UTC", "takeOwnership": False},
        plan=_foreseen,
        gone_is_an_error=True,
    ),
}

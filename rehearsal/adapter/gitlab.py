"""`gitlab` resources, over the instance's own REST API."""

from typing import Any, Final
from urllib.parse import quote, urlencode

from .clients import Clients, given
from .kind import Created, GoneError, Kind, Values, keys

_GONE: Final = 404
_REFUSED: Final = 400


class RefusedError(Exception):
    """GitLab refused; its status and its words."""


def _create_variable(owner: str) -> Any:
    def create(clients: Clients, inputs: Values) -> Created:
        hidden = inputs.get("hidden") or None
        body = given(key=inputs["key"], **_attributes(inputs), masked_and_hidden=hidden)
        _call(clients, "POST", _variables(owner, inputs[owner]), body)
        return f"{inputs[owner]}:{inputs['key']}:{inputs.get('environmentScope', '*')}", {}

    return create


def _read_variable(owner: str) -> Any:
    def read(clients: Clients, id_: str, _state: Values) -> Values:
        owner_id, key, _ = id_.split(":", 2)
        found = _call(clients, "GET", _one(owner, id_))
        return {
            owner: owner_id,
            "key": key,
            "description": found.get("description"),
            "environmentScope": found["environment_scope"],
            "variableType": found["variable_type"],
            "masked": found["masked"],
            "hidden": found.get("hidden", False),
            "protected": found["protected"],
            "raw": found["raw"],
            # GitLab gives a hidden value to nobody.
            **given(value=found["value"]),
        }

    return read


def _update_variable(owner: str) -> Any:
    def update(clients: Clients, id_: str, _state: Values, inputs: Values) -> None:
        """The provider sends every attribute, whichever changed."""
        _call(clients, "PUT", _one(owner, id_), _attributes(inputs))

    return update


def _delete_variable(owner: str) -> Any:
    def delete(clients: Clients, id_: str, _state: Values) -> None:
        _call(clients, "DELETE", _one(owner, id_))

    return delete


def _variables(owner: str, owner_id: str) -> str:
    return f"{owner}s/{quote(owner_id, safe='')}/variables"


def _one(owner: str, id_: str) -> str:
    owner_id, key, scope = id_.split(":", 2)
    return f"{_variables(owner, owner_id)}/{key}?{urlencode({'filter[environment_scope]': scope})}"


def _attributes(inputs: Values) -> Values:
    return given(
        value=inputs["value"],
        description=inputs.get("description"),
        environment_scope=inputs.get("environmentScope"),
        variable_type=inputs.get("variableType"),
        masked=inputs.get("masked"),
        protected=inputs.get("protected"),
        raw=inputs.get("raw"),
    )


def _create_runner(clients: Clients, inputs: Values) -> Created:
    answer = _call(
        clients,
        "POST",
        "user/runners",
        given(
            runner_type=inputs["runnerType"],
            group_id=inputs.get("groupId"),
            project_id=inputs.get("projectId"),
            **_runner(inputs),
        ),
    )
    return str(answer["id"]), {"token": answer["token"]}


def _read_runner(clients: Clients, id_: str, _state: Values) -> Values:
    """The token is told once, at creation: the state keeps it."""
    found = _call(clients, "GET", f"runners/{id_}")
    return {
        "runnerType": found["runner_type"],
        "description": found.get("description"),
        "paused": found.get("paused"),
        "locked": found.get("locked"),
        "untagged": found.get("run_untagged"),
        "tagLists": found.get("tag_list"),
        "accessLevel": found.get("access_level"),
        "maximumTimeout": found.get("maximum_timeout"),
        "maintenanceNote": found.get("maintenance_note"),
    }


def _update_runner(clients: Clients, id_: str, _state: Values, inputs: Values) -> None:
    _call(clients, "PUT", f"runners/{id_}", given(**_runner(inputs)))


def _delete_runner(clients: Clients, id_: str, _state: Values) -> None:
    _call(clients, "DELETE", f"runners/{id_}")


def _runner(inputs: Values) -> Values:
    return {
        "description": inputs.get("description"),
        "paused": inputs.get("paused"),
        "locked": inputs.get("locked"),
        "run_untagged": inputs.get("untagged"),
        "tag_list": inputs.get("tagLists"),
        "access_level": inputs.get("accessLevel"),
        "maximum_timeout": inputs.get("maximumTimeout"),
        "maintenance_note": inputs.get("maintenanceNote"),
    }


def _create_schedule(clients: Clients, inputs: Values) -> Created:
    answer = _call(clients, "POST", _schedules(inputs["project"]), given(**_schedule(inputs)))
    return f"{inputs['project']}:{answer['id']}", {"pipelineScheduleId": answer["id"]}


def _read_schedule(clients: Clients, id_: str, _state: Values) -> Values:
    project, _, number = id_.rpartition(":")
    found = _call(clients, "GET", f"{_schedules(project)}/{number}")
    return {
        "project": project,
        "pipelineScheduleId": found["id"],
        "description": found["description"],
        "ref": found["ref"],
        "cron": found["cron"],
        "cronTimezone": found["cron_timezone"],
        "active": found["active"],
    }


def _update_schedule(clients: Clients, id_: str, _state: Values, inputs: Values) -> None:
    project, _, number = id_.rpartition(":")
    if inputs.get("takeOwnership"):
        _call(clients, "POST", f"{_schedules(project)}/{number}/take_ownership")
    _call(clients, "PUT", f"{_schedules(project)}/{number}", given(**_schedule(inputs)))


def _delete_schedule(clients: Clients, id_: str, _state: Values) -> None:
    project, _, number = id_.rpartition(":")
    _call(clients, "DELETE", f"{_schedules(project)}/{number}")


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


def _call(clients: Clients, method: str, path: str, body: Values | None = None) -> Any:
    status, answer = clients.gitlab_api(method, path, body or {})
    if status == _GONE and method != "POST":
        raise GoneError(path)
    if status >= _REFUSED:
        raise RefusedError(f"GitLab answered {status} to {method} {path}: {answer}{_advice(str(answer))}")
    return answer


def _advice(answer: str) -> str:
    """What the real provider leaves unsaid."""
    if "has already been taken" not in answer:
        return ""
    return (
        ". The variable is older than this stack: write adopt: true for its consumer, and what others wrote into it "
        "stays, or delete it first"
    )


def _variable(owner: str) -> Kind:
    return Kind(
        create=_create_variable(owner),
        read=_read_variable(owner),
        update=_update_variable(owner),
        delete=_delete_variable(owner),
        replaced_by=keys(owner, "key", "environmentScope", "hidden"),
        auto_named=False,
    )


KINDS: Final = {
    "gitlab:index/groupVariable:GroupVariable": _variable("group"),
    "gitlab:index/projectVariable:ProjectVariable": _variable("project"),
    "gitlab:index/pipelineSchedule:PipelineSchedule": Kind(
        create=_create_schedule,
        read=_read_schedule,
        update=_update_schedule,
        delete=_delete_schedule,
        replaced_by=keys("project"),
        computed=keys("pipelineScheduleId"),
        auto_named=False,
    ),
    "gitlab:index/userRunner:UserRunner": Kind(
        create=_create_runner,
        read=_read_runner,
        update=_update_runner,
        delete=_delete_runner,
        replaced_by=keys("runnerType", "groupId", "projectId"),
        computed=keys("token"),
        auto_named=False,
    ),
}

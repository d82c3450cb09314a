"""`gitlab:UserRunner`, over the instance's own REST API."""

from typing import Final

from rehearsal.adapter.clients import Clients, given
from rehearsal.adapter.kind import Created, Kind, Values, keys

from .call import call


def _create_runner(clients: Clients, inputs: Values) -> Created:
    answer = call(
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
    """GitLab shows the token only at creation, so the state's is kept."""
    found = call(clients, "GET", f"runners/{id_}")
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
    call(clients, "PUT", f"runners/{id_}", given(**_runner(inputs)))


def _delete_runner(clients: Clients, id_: str, _state: Values) -> None:
    call(clients, "DELETE", f"runners/{id_}")


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


KINDS: Final = {
    "gitlab:index/userRunner:UserRunner": Kind(
        create=_create_runner,
        read=_read_runner,
        update=_update_runner,
        delete=_delete_runner,
        replaced_by=keys("runnerType", "groupId", "projectId"),
        computed=keys("token"),
        auto_named=False,
        kept=keys(
            "accessLevel",
            "description",
            "locked",
            "maintenanceNote",
            "maximumTimeout",
            "paused",
            "tagLists",
            "untagged",
        ),
        gone_is_an_error=True,
    ),
}

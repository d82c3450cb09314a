"""`gitlab` resources, over the instance's own REST API."""

from typing import Any
from urllib.parse import quote

from .clients import Clients, given

_CREATED = 201


class RefusedError(Exception):
    """GitLab refused; its status and its words."""


def project_variable(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return _variable(clients, "projects", inputs["project"], inputs)


def group_variable(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return _variable(clients, "groups", inputs["group"], inputs)


def user_runner(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    answer = _create(
        clients,
        "user/runners",
        given(
            runner_type=inputs["runnerType"],
            group_id=inputs.get("groupId"),
            project_id=inputs.get("projectId"),
            description=inputs.get("description"),
            paused=inputs.get("paused"),
            locked=inputs.get("locked"),
            run_untagged=inputs.get("untagged"),
            tag_list=inputs.get("tagLists"),
            access_level=inputs.get("accessLevel"),
            maximum_timeout=inputs.get("maximumTimeout"),
            maintenance_note=inputs.get("maintenanceNote"),
        ),
    )
    return str(answer["id"]), {"token": answer["token"]}


def _variable(clients: Clients, collection: str, owner: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    hidden = inputs.get("hidden") or None
    _create(
        clients,
        f"{collection}/{quote(owner, safe='')}/variables",
        given(
            key=inputs["key"],
            value=inputs["value"],
            description=inputs.get("description"),
            environment_scope=inputs.get("environmentScope"),
            variable_type=inputs.get("variableType"),
            masked=inputs.get("masked"),
            masked_and_hidden=hidden,
            protected=inputs.get("protected"),
            raw=inputs.get("raw"),
        ),
    )
    return f"{owner}:{inputs['key']}:{inputs.get('environmentScope', '*')}", {}


def _create(clients: Clients, path: str, body: dict[str, Any]) -> Any:
    status, answer = clients.gitlab_api("POST", path, body)
    if status != _CREATED:
        raise RefusedError(f"GitLab answered {status} to POST {path}: {answer}")
    return answer

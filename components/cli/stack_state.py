"""Looks up in GitLab what a stack's state says is there: an unchanged `up` does not notice a deletion."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final, cast

from .gitlab_api import GitLabApi, ReadError, quoted
from .stack_outputs import asked_of_stack

_HEAL: Final = "`pulumi up --refresh` creates it again"


def in_gitlab(stack: str, api: GitLabApi) -> list[dict[str, Any]]:
    """A row for each runner and each pipeline schedule in the state.

    Raises:
        CliError: there is no `pulumi` here, or it does not show the state.
    """
    return [
        {"target": f"{_KINDS[type_][0]} {name}", "ok": not found, "found": found}
        for type_, name, id_ in _made(asked_of_stack(stack, "export"))
        for found in (_KINDS[type_][1](api, id_),)
    ]


def _made(state: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Type, name and id of each resource to look up."""
    resources: list[dict[str, Any]] = state.get("deployment", {}).get("resources") or []
    for resource in resources:
        type_ = str(resource.get("type"))
        if type_ in _KINDS and not resource.get("delete"):
            yield type_, str(resource["urn"]).rpartition("::")[2], str(resource.get("id", ""))


def _runner(api: GitLabApi, id_: str) -> str:
    return _looked_up(api, f"runners/{quoted(id_)}", _no_fault)


def _schedule(api: GitLabApi, id_: str) -> str:
    project, _, number = id_.rpartition(":")
    return _looked_up(api, f"projects/{quoted(project)}/pipeline_schedules/{quoted(number)}", _fault_of_schedule)


def _looked_up(api: GitLabApi, path: str, fault: Callable[[dict[str, Any]], str]) -> str:
    """What is wrong; empty when all is well."""
    try:
        return fault(api.get(path))
    except ReadError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return f"it is in the state but not in GitLab: somebody deleted it; {_HEAL}"
        return f"not checked: {error}"


def _no_fault(_found: dict[str, Any]) -> str:
    return ""


def _fault_of_schedule(found: dict[str, Any]) -> str:
    if not found.get("active"):
        return "it is inactive, so nothing rotates; `pulumi up --refresh` activates it again"
    owner = cast("dict[str, Any]", found.get("owner") or {})
    if owner.get("state") != "active":
        whose = f"its owner, {owner['username']}, is not active" if "username" in owner else "it has no owner"
        return f"{whose}, so no pipeline starts; take ownership on its page in GitLab"
    return ""


_KINDS: Final[dict[str, tuple[str, Callable[[GitLabApi, str], str]]]] = {
    "gitlab:index/pipelineSchedule:PipelineSchedule": ("pipeline schedule", _schedule),
    "gitlab:index/userRunner:UserRunner": ("runner", _runner),
}

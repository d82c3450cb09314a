"""Preview JSON as the engine writes it, for tests that need what no recording holds."""

import json
from typing import Any

ACCESS = "gitlab-ecr:index:RegistryAccess"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def arn(pattern: str) -> str:
    return f"arn:aws:ecr:eu-central-1:123456789012:repository/{pattern}"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: list[str] | str, resources: list[str] | str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def step(
    op: str,
    type_: str,
    name: str,
    *,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    old_outputs: dict[str, Any] | None = None,
    reasons: list[str] | None = None,
) -> dict[str, Any]:
    urn = f"urn:pulumi:prod::gitlab-ecr::{type_}::{name}"
    made: dict[str, Any] = {"op": op, "urn": urn}
    if old is not None or op in {"update", "delete", "replace", "same"}:
        made["oldState"] = {"urn": urn, "type": type_, "inputs": old or {}, "outputs": old_outputs or {}}
    if op != "delete":
        made["newState"] = {"urn": urn, "type": type_, "inputs": new or {}}
    if reasons:
        made |= {"diffReasons": reasons, **({"replaceReasons": reasons} if op == "replace" else {})}
    return made


def stack(op: str = "same", **old_outputs: Any) -> dict[str, Any]:
    return step(op, "pulumi:pulumi:Stack", "gitlab-ecr-prod", old_outputs=old_outputs)


def preview_json(*steps: dict[str, Any], diagnostics: list[dict[str, Any]] | None = None, same: int = 0) -> str:
    counts: dict[str, int] = {"same": same} if same else {}
    for made in steps:
        counts[made["op"]] = counts.get(made["op"], 0) + 1
    return json.dumps({"steps": steps, "diagnostics": diagnostics or [], "changeSummary": counts})


def warning(message: str) -> dict[str, Any]:
    return {"urn": "urn:pulumi:prod::gitlab-ecr::x::y", "message": f"warning: {message}\n", "severity": "warning"}


def error(message: str) -> dict[str, Any]:
    return {"message": f"error: {message}\n", "severity": "error"}


def declaration(repositories: list[str], **consumers: Any) -> dict[str, Any]:
    return {"repositories": repositories, "consumers": consumers}

"""Preview JSON as the engine writes it, for tests that need what no recording holds."""

import json
from typing import Any

from components.iam.policies import policy_json, pull_policy

ACCESS = "gitlab-ecr:index:RegistryAccess"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def arn(pattern: str) -> str:
    return f"arn:aws:ecr:eu-central-1:123456789012:repository/{pattern}"


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


def runners() -> str:
    """A runner gains another account's registry, one is gone, one new; a consumer changes from keys to a variable."""
    own, theirs = (f"{account}.dkr.ecr.eu-central-1.amazonaws.com" for account in ("123456789012", "210987654321"))
    fleet = {"access": "credential-helper", "pull": ["ci/*"]}
    keys = {"kind": "project", "access": "access-keys", "pull": ["ci/python"]}
    before = declaration(["ci/python"], **{"acme/web": keys}) | {
        "registry": own,
        "runners": {"fleet": fleet, "old": {"access": "credential-helper", "pull": ["ci/python"]}},
    }
    changed = {"acme/web": {**keys, "access": "rotated-variable"}, "acme/scripts": keys}
    after = declaration(["ci/python"], **changed) | {
        "registry": own,
        "runners": {
            "fleet": {**fleet, "registries": [own, theirs]},
            "new": {"access": "credentials-store", "pull": ["ci/python"]},
        },
    }
    elsewhere = arn("ci/*").replace("123456789012", "210987654321")
    widened = [policy_json(pull_policy(arns)) for arns in ([arn("ci/*")], [arn("ci/*"), elsewhere])]
    role = "gitlab-ecr-runner-fleet"
    return preview_json(
        stack(declaration=before),
        step("update", ACCESS, "access", old={"declaration": before}, new={"declaration": after}),
        step(
            "update",
            ROLE_POLICY,
            "x-runner-fleet",
            old={"role": role, "policy": widened[0]},
            new={"role": role, "policy": widened[1]},
        ),
    )

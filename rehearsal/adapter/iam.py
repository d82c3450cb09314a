"""`aws:iam` resources, and who the caller is."""

from collections.abc import Mapping
from typing import Any

from .clients import Clients, given, tag_list


def role(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    answer = clients.aws("iam").create_role(
        **given(
            RoleName=inputs["name"],
            Path=inputs.get("path"),
            AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
            Description=inputs.get("description"),
            MaxSessionDuration=inputs.get("maxSessionDuration"),
            PermissionsBoundary=inputs.get("permissionsBoundary"),
            Tags=tag_list(inputs.get("tags")),
        )
    )["Role"]
    return inputs["name"], {"arn": answer["Arn"], "uniqueId": answer["RoleId"]}


def role_policy(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    clients.aws("iam").put_role_policy(
        RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"]
    )
    return f"{inputs['role']}:{inputs['name']}", {}


def caller_identity(clients: Clients, _args: Mapping[str, Any]) -> dict[str, Any]:
    answer = clients.aws("sts").get_caller_identity()
    return {"accountId": answer["Account"], "arn": answer["Arn"], "userId": answer["UserId"], "id": answer["Account"]}

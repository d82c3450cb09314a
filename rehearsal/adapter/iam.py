"""`aws:iam` roles and their policies, and the caller's identity."""

import json
from collections.abc import Mapping
from typing import Any, Final

from .clients import Clients, given, retag, tag_list, tag_map
from .kind import Created, Kind, Values, again, keys

_AN_HOUR: Final = 3600


def caller_identity(clients: Clients, _args: Mapping[str, Any]) -> dict[str, Any]:
    """`aws.get_caller_identity`."""
    answer = clients.aws("sts").get_caller_identity()
    return {"accountId": answer["Account"], "arn": answer["Arn"], "userId": answer["UserId"], "id": answer["Account"]}


def _create_role(clients: Clients, inputs: Values) -> Created:
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


def _read_role(clients: Clients, id_: str, _state: Values) -> Values:
    answer = clients.aws("iam").get_role(RoleName=id_)["Role"]
    return {
        "name": answer["RoleName"],
        "path": answer["Path"],
        "assumeRolePolicy": text(answer["AssumeRolePolicyDocument"]),
        "description": answer.get("Description"),
        "maxSessionDuration": answer.get("MaxSessionDuration"),
        "permissionsBoundary": answer.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": tag_map(answer.get("Tags")),
        "arn": answer["Arn"],
        "uniqueId": answer["RoleId"],
    }


def _update_role(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    iam = clients.aws("iam")
    iam.update_assume_role_policy(RoleName=id_, PolicyDocument=inputs["assumeRolePolicy"])
    if state.get("description") != inputs.get("description"):
        iam.update_role_description(RoleName=id_, Description=inputs.get("description") or "")
    if state.get("maxSessionDuration") != inputs.get("maxSessionDuration"):
        iam.update_role(RoleName=id_, MaxSessionDuration=inputs.get("maxSessionDuration") or _AN_HOUR)
    change_boundary(iam, "role", state, inputs, RoleName=id_)
    retag(iam, "role", state, inputs, RoleName=id_)


def _delete_role(clients: Clients, id_: str, _state: Values) -> None:
    """Like the provider, first removes the role from every instance profile, because otherwise AWS refuses."""
    iam = clients.aws("iam")
    for profile in iam.list_instance_profiles_for_role(RoleName=id_)["InstanceProfiles"]:
        iam.remove_role_from_instance_profile(InstanceProfileName=profile["InstanceProfileName"], RoleName=id_)
    iam.delete_role(RoleName=id_)


def change_boundary(iam: Any, owner: str, state: Values, inputs: Values, **which: str) -> None:
    """Sets or removes the boundary of a `role` or a `user`."""
    if boundary := inputs.get("permissionsBoundary"):
        getattr(iam, f"put_{owner}_permissions_boundary")(**which, PermissionsBoundary=boundary)
    elif state.get("permissionsBoundary"):
        getattr(iam, f"delete_{owner}_permissions_boundary")(**which)


def inline_policy(owner: str) -> Kind:
    """The functions for an inline policy of a `role` or a `user`. IAM has the same four calls for both."""
    name_of_owner = f"{owner.capitalize()}Name"

    def call(clients: Clients, verb: str, owner_name: str, name: str, **more: str) -> Values:
        ask = getattr(clients.aws("iam"), f"{verb}_{owner}_policy")
        return ask(**{name_of_owner: owner_name}, PolicyName=name, **more)

    def put(clients: Clients, inputs: Values) -> Created:
        call(clients, "put", inputs[owner], inputs["name"], PolicyDocument=inputs["policy"])
        return f"{inputs[owner]}:{inputs['name']}", {}

    def read(clients: Clients, id_: str, _state: Values) -> Values:
        owner_name, _, name = id_.partition(":")
        answer = call(clients, "get", owner_name, name)
        return {owner: owner_name, "name": name, "policy": text(answer["PolicyDocument"])}

    def delete(clients: Clients, id_: str, _state: Values) -> None:
        owner_name, _, name = id_.partition(":")
        call(clients, "delete", owner_name, name)

    return Kind(create=put, read=read, update=again(put), delete=delete, replaced_by=keys("name", owner))


def text(document: Any) -> str:
    """The text of a policy. boto3 has already parsed it, but Pulumi's property is a text."""
    return document if isinstance(document, str) else json.dumps(document)


KINDS: Final = {
    "aws:iam/role:Role": Kind(
        create=_create_role,
        read=_read_role,
        update=_update_role,
        delete=_delete_role,
        replaced_by=keys("name", "path"),
        computed=keys("arn", "uniqueId", "createDate", "tagsAll"),
    ),
    "aws:iam/rolePolicy:RolePolicy": inline_policy("role"),
}

"""Other `aws:iam` resources: users, their boundaries, OIDC providers, instance profiles."""

from typing import Final

from .clients import Clients, given, retag, tag_list, tag_map
from .iam import change_boundary, inline_policy, text
from .kind import Created, Kind, Values, keys


def _create_user(clients: Clients, inputs: Values) -> Created:
    answer = clients.aws("iam").create_user(
        **given(
            UserName=inputs["name"],
            Path=inputs.get("path"),
            PermissionsBoundary=inputs.get("permissionsBoundary"),
            Tags=tag_list(inputs.get("tags")),
        )
    )["User"]
    return inputs["name"], {"arn": answer["Arn"], "uniqueId": answer["UserId"]}


def _read_user(clients: Clients, id_: str, _state: Values) -> Values:
    answer = clients.aws("iam").get_user(UserName=id_)["User"]
    return {
        "name": answer["UserName"],
        "path": answer["Path"],
        "permissionsBoundary": answer.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": tag_map(answer.get("Tags")),
        "arn": answer["Arn"],
        "uniqueId": answer["UserId"],
    }


def _update_user(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    iam = clients.aws("iam")
    if state.get("path") != inputs.get("path"):  # as with the name, in place
        iam.update_user(UserName=id_, **given(NewPath=inputs.get("path")))
    change_boundary(iam, "user", state, inputs, UserName=id_)
    retag(iam, "user", state, inputs, UserName=id_)


def _delete_user(clients: Clients, id_: str, state: Values) -> None:
    iam = clients.aws("iam")
    if state.get("forceDestroy"):
        # The provider looks for all that a user may have; here it can only have access keys.
        iam.list_ssh_public_keys(UserName=id_)
        iam.list_signing_certificates(UserName=id_)
        iam.list_service_specific_credentials(UserName=id_)
        for key in iam.list_access_keys(UserName=id_)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=id_, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=id_)


def _create_policy(clients: Clients, inputs: Values) -> Created:
    answer = clients.aws("iam").create_policy(
        **given(
            PolicyName=inputs["name"],
            Path=inputs.get("path"),
            Description=inputs.get("description"),
            PolicyDocument=inputs["policy"],
            Tags=tag_list(inputs.get("tags")),
        )
    )["Policy"]
    return answer["Arn"], {"arn": answer["Arn"], "policyId": answer["PolicyId"]}


def _read_policy(clients: Clients, id_: str, _state: Values) -> Values:
    iam = clients.aws("iam")
    answer = iam.get_policy(PolicyArn=id_)["Policy"]
    version = iam.get_policy_version(PolicyArn=id_, VersionId=answer["DefaultVersionId"])["PolicyVersion"]
    return {
        "name": answer["PolicyName"],
        "path": answer["Path"],
        "description": answer.get("Description") or None,
        "tags": tag_map(answer.get("Tags")),
        "policy": text(version["Document"]),
        "arn": answer["Arn"],
        "policyId": answer["PolicyId"],
    }


def _update_policy(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    iam = clients.aws("iam")
    retag(iam, "policy", state, inputs, PolicyArn=id_)
    # AWS keeps five versions. Like the provider, this deletes those that are not the default.
    for version in iam.list_policy_versions(PolicyArn=id_)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=id_, VersionId=version["VersionId"])
    iam.create_policy_version(PolicyArn=id_, PolicyDocument=inputs["policy"], SetAsDefault=True)


def _delete_policy(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("iam").delete_policy(PolicyArn=id_)


def _create_provider(clients: Clients, inputs: Values) -> Created:
    arn = clients.aws("iam").create_open_id_connect_provider(
        **given(
            Url=inputs["url"],
            ClientIDList=inputs["clientIdLists"],
            ThumbprintList=inputs.get("thumbprintLists"),
            Tags=tag_list(inputs.get("tags")),
        )
    )["OpenIDConnectProviderArn"]
    return arn, {"arn": arn}


def _read_provider(clients: Clients, id_: str, _state: Values) -> Values:
    answer = clients.aws("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=id_)
    return {
        "url": f"https://{answer['Url'].removeprefix('https://')}",  # IAM returns it without its scheme
        "clientIdLists": answer["ClientIDList"],
        "thumbprintLists": answer.get("ThumbprintList") or None,
        "arn": id_,
        "tags": tag_map(answer.get("Tags")),
    }


def _update_provider(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    """Deletes and creates the provider: the emulator cannot change its `aud`s. The ARN stays, since it has the URL."""
    changing = ("clientIdLists", "thumbprintLists")
    if any(state.get(key) != inputs.get(key) for key in changing):
        _delete_provider(clients, id_, state)
        _create_provider(clients, inputs)
    else:
        retag(clients.aws("iam"), "open_id_connect_provider", state, inputs, OpenIDConnectProviderArn=id_)


def _delete_provider(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("iam").delete_open_id_connect_provider(OpenIDConnectProviderArn=id_)


def _create_profile(clients: Clients, inputs: Values) -> Created:
    iam = clients.aws("iam")
    answer = iam.create_instance_profile(
        **given(InstanceProfileName=inputs["name"], Path=inputs.get("path"), Tags=tag_list(inputs.get("tags")))
    )["InstanceProfile"]
    iam.add_role_to_instance_profile(InstanceProfileName=inputs["name"], RoleName=inputs["role"])
    return inputs["name"], {"arn": answer["Arn"], "uniqueId": answer["InstanceProfileId"]}


def _read_profile(clients: Clients, id_: str, _state: Values) -> Values:
    answer = clients.aws("iam").get_instance_profile(InstanceProfileName=id_)["InstanceProfile"]
    roles = [role["RoleName"] for role in answer["Roles"]]
    return {
        "name": id_,
        "path": answer["Path"],
        "role": roles[0] if roles else None,
        "tags": tag_map(answer.get("Tags")),
        "arn": answer["Arn"],
        "uniqueId": answer["InstanceProfileId"],
    }


def _update_profile(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    iam = clients.aws("iam")
    if state.get("role") != inputs.get("role"):
        if state.get("role"):
            iam.remove_role_from_instance_profile(InstanceProfileName=id_, RoleName=state["role"])
        iam.add_role_to_instance_profile(InstanceProfileName=id_, RoleName=inputs["role"])
    retag(iam, "instance_profile", state, inputs, InstanceProfileName=id_)


def _delete_profile(clients: Clients, id_: str, _state: Values) -> None:
    iam = clients.aws("iam")
    for role in iam.get_instance_profile(InstanceProfileName=id_)["InstanceProfile"]["Roles"]:
        iam.remove_role_from_instance_profile(InstanceProfileName=id_, RoleName=role["RoleName"])
    iam.delete_instance_profile(InstanceProfileName=id_)


KINDS: Final = {
    "aws:iam/instanceProfile:InstanceProfile": Kind(
        create=_create_profile,
        read=_read_profile,
        update=_update_profile,
        delete=_delete_profile,
        replaced_by=keys("name", "path"),
        computed=keys("arn", "uniqueId", "createDate", "tagsAll"),
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": Kind(
        create=_create_provider,
        read=_read_provider,
        update=_update_provider,
        delete=_delete_provider,
        replaced_by=keys("url"),
        computed=keys("arn", "tagsAll"),
        auto_named=False,
    ),
    "aws:iam/policy:Policy": Kind(
        create=_create_policy,
        read=_read_policy,
        update=_update_policy,
        delete=_delete_policy,
        replaced_by=keys("name", "path", "description"),
        computed=keys("arn", "policyId", "attachmentCount", "tagsAll"),
    ),
    "aws:iam/user:User": Kind(
        create=_create_user,
        read=_read_user,
        update=_update_user,
        delete=_delete_user,
        replaced_by=keys("name"),
        computed=keys("arn", "uniqueId", "tagsAll"),
    ),
    "aws:iam/userPolicy:UserPolicy": inline_policy("user"),
}

"""`aws:ec2` resources: the launch template of a runner's machine."""

from typing import Any, Final

from .clients import Clients, arn, camel, pascal, tag_list, tag_map, tags_changed
from .kind import Created, GoneError, Kind, Values, keys

_OWN_ARGUMENTS: Final = ("name", "description", "updateDefaultVersion", "tags", "region")


def _create_template(clients: Clients, inputs: Values) -> Created:
    ec2 = clients.aws("ec2", inputs.get("region"))
    answer = ec2.create_launch_template(
        LaunchTemplateName=inputs["name"],
        VersionDescription=inputs.get("description", ""),
        LaunchTemplateData=_data(inputs),
    )["LaunchTemplate"]
    id_ = answer["LaunchTemplateId"]
    # The emulator cannot change the tags that a template is created with, so it is created without any.
    _retag(ec2, id_, {}, inputs)
    return id_, {"arn": arn(clients, "ec2", f"launch-template/{id_}"), "latestVersion": 1}


def _read_template(clients: Clients, id_: str, state: Values) -> Values:
    ec2 = clients.aws("ec2", state.get("region"))
    templates = ec2.describe_launch_templates(LaunchTemplateIds=[id_])["LaunchTemplates"]
    if not templates:
        raise GoneError(id_)
    found = templates[0]
    versions = ec2.describe_launch_template_versions(LaunchTemplateId=id_, Versions=["$Latest"])
    (latest,) = versions["LaunchTemplateVersions"]
    return {
        "name": found["LaunchTemplateName"],
        "description": latest.get("VersionDescription"),
        "latestVersion": found["LatestVersionNumber"],
        "tags": tag_map(found.get("Tags")),
        **_properties(latest["LaunchTemplateData"]),
    }


def _update_template(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    ec2 = clients.aws("ec2", inputs.get("region"))
    made = ec2.create_launch_template_version(
        LaunchTemplateId=id_,
        VersionDescription=inputs.get("description", ""),
        LaunchTemplateData=_data(inputs),
    )["LaunchTemplateVersion"]
    if inputs.get("updateDefaultVersion"):
        ec2.modify_launch_template(LaunchTemplateId=id_, DefaultVersion=str(made["VersionNumber"]))
    _retag(ec2, id_, state, inputs)


def _retag(ec2: Any, id_: str, state: Values, inputs: Values) -> None:
    removed, kept = tags_changed(state, inputs)
    if removed:
        ec2.delete_tags(Resources=[id_], Tags=[{"Key": key} for key in removed])
    if kept:
        ec2.create_tags(Resources=[id_], Tags=tag_list(kept))


def _delete_template(clients: Clients, id_: str, state: Values) -> None:
    clients.aws("ec2", state.get("region")).delete_launch_template(LaunchTemplateId=id_)


def _data(inputs: Values) -> Values:
    """The provider's properties in the API's form. The differences are a name, a text, and a map of tags."""
    data: dict[str, Any] = pascal(
        {key: value for key, value in inputs.items() if key not in _OWN_ARGUMENTS and value is not None}
    )
    if groups := data.pop("VpcSecurityGroupIds", None):
        data["SecurityGroupIds"] = groups
    for device in data.get("BlockDeviceMappings", []):
        ebs = device.get("Ebs", {})
        ebs["Encrypted"] = str(ebs.get("Encrypted")).lower() == "true"
    for made, wanted in zip(data.get("TagSpecifications", []), inputs.get("tagSpecifications") or [], strict=True):
        made["Tags"] = tag_list(wanted["tags"])
    return data


def _properties(data: dict[str, Any]) -> Values:
    """The reverse of `_data`."""
    found: dict[str, Any] = {**dict.fromkeys(("vpcSecurityGroupIds", "tagSpecifications")), **camel(data)}
    if groups := found.pop("securityGroupIds", None):
        found["vpcSecurityGroupIds"] = groups
    found.get("metadataOptions", {}).pop("state", None)  # whether AWS has applied the options yet; not an option
    for device in found.get("blockDeviceMappings", []):
        device["ebs"]["encrypted"] = str(device["ebs"]["encrypted"]).lower()
    if made := data.get("TagSpecifications"):
        found["tagSpecifications"] = [
            {"resourceType": each["ResourceType"], "tags": tag_map(each["Tags"])} for each in made
        ]
    return found


KINDS: Final = {
    "aws:ec2/launchTemplate:LaunchTemplate": Kind(
        create=_create_template,
        read=_read_template,
        update=_update_template,
        delete=_delete_template,
        replaced_by=keys("name", "region"),
        computed=keys("arn", "latestVersion", "tagsAll"),
    ),
}

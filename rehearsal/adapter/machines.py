"""`aws:ec2` resources: the launch template of a runner's machine."""

from typing import Any, Final

from .clients import Clients, pascal, tag_list
from .kind import Created, Kind, Values, keys

_OWN_ARGUMENTS: Final = ("name", "description", "updateDefaultVersion", "tags", "region", "vpcSecurityGroupIds")


def _create_template(clients: Clients, inputs: Values) -> Created:
    answer = clients.aws("ec2", inputs.get("region")).create_launch_template(
        LaunchTemplateName=inputs["name"],
        VersionDescription=inputs.get("description", ""),
        LaunchTemplateData=_data(inputs),
        **_tagged(inputs),
    )["LaunchTemplate"]
    id_ = answer["LaunchTemplateId"]
    return id_, {"arn": f"arn:aws:ec2:{clients.region}:{clients.account}:launch-template/{id_}", "latestVersion": 1}


def _read_template(clients: Clients, id_: str, _state: Values) -> Values:
    found = clients.aws("ec2").describe_launch_templates(LaunchTemplateIds=[id_])["LaunchTemplates"][0]
    return {"name": found["LaunchTemplateName"], "latestVersion": found["LatestVersionNumber"]}


def _update_template(clients: Clients, id_: str, _state: Values, inputs: Values) -> None:
    ec2 = clients.aws("ec2")
    made = ec2.create_launch_template_version(
        LaunchTemplateId=id_,
        VersionDescription=inputs.get("description", ""),
        LaunchTemplateData=_data(inputs),
    )["LaunchTemplateVersion"]
    if inputs.get("updateDefaultVersion"):
        ec2.modify_launch_template(LaunchTemplateId=id_, DefaultVersion=str(made["VersionNumber"]))


def _delete_template(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("ec2").delete_launch_template(LaunchTemplateId=id_)


def _tagged(inputs: Values) -> dict[str, Any]:
    tags = tag_list(inputs.get("tags"))
    return {"TagSpecifications": [{"ResourceType": "launch-template", "Tags": tags}]} if tags else {}


def _data(inputs: Values) -> Values:
    given = {key: value for key, value in inputs.items() if key not in _OWN_ARGUMENTS and value is not None}
    data: dict[str, Any] = pascal(given)
    if security_groups := inputs.get("vpcSecurityGroupIds"):
        data["SecurityGroupIds"] = security_groups
    for device in data.get("BlockDeviceMappings", []):
        ebs = device.get("Ebs", {})
        ebs["Encrypted"] = str(ebs.get("Encrypted")).lower() == "true"  # the provider's type is text
    return data


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

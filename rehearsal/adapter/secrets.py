"""Secrets Manager's secrets and Systems Manager's parameters."""

from typing import Any, Final

from .clients import Clients, arn, camel, given, pascal, retag, tag_list, tag_map, tags_changed
from .kind import Created, GoneError, Kind, Values, keys

_RECOVERY_DAYS: Final = 30  # the provider's default: a deleted secret's name is taken for so long


def _create_secret(clients: Clients, inputs: Values) -> Created:
    answer = clients.aws("secretsmanager", inputs.get("region")).create_secret(
        **given(
            Name=inputs["name"],
            Description=inputs.get("description"),
            KmsKeyId=inputs.get("kmsKeyId"),
            Tags=tag_list(inputs.get("tags")),
        )
    )
    return answer["ARN"], {"arn": answer["ARN"]}


def _read_secret(clients: Clients, id_: str, _state: Values) -> Values:
    found = clients.aws("secretsmanager").describe_secret(SecretId=id_)
    if found.get("DeletedDate"):
        raise GoneError(id_)
    return {
        "name": found["Name"],
        "arn": found["ARN"],
        "description": found.get("Description"),
        "kmsKeyId": found.get("KmsKeyId"),
        "tags": tag_map(found.get("Tags")),
    }


def _update_secret(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    secrets = clients.aws("secretsmanager", inputs.get("region"))
    secrets.update_secret(
        SecretId=id_, Description=inputs.get("description", ""), **given(KmsKeyId=inputs.get("kmsKeyId"))
    )
    retag(secrets, "resource", state, inputs, SecretId=id_)


def _delete_secret(clients: Clients, id_: str, state: Values) -> None:
    days = state.get("recoveryWindowInDays", _RECOVERY_DAYS)
    how = {"RecoveryWindowInDays": days} if days else {"ForceDeleteWithoutRecovery": True}
    clients.aws("secretsmanager").delete_secret(SecretId=id_, **how)


def _create_rotation(clients: Clients, inputs: Values) -> Created:
    answer = clients.aws("secretsmanager", inputs.get("region")).rotate_secret(**_rotation(inputs["secretId"], inputs))
    # The real provider always shows the ARN, and treats a program's name as a different secret.
    return answer["ARN"], {"secretId": answer["ARN"], "rotationEnabled": True}


def _read_rotation(clients: Clients, id_: str, _state: Values) -> Values:
    found = clients.aws("secretsmanager").describe_secret(SecretId=id_)
    if found.get("DeletedDate"):
        raise GoneError(id_)
    on = bool(found.get("RotationEnabled"))
    return {
        "secretId": found["ARN"],
        "rotationEnabled": on,
        "externalSecretRotationRoleArn": found.get("ExternalSecretRotationRoleArn") if on else None,
        "externalSecretRotationMetadatas": camel(found.get("ExternalSecretRotationMetadata")) if on else None,
        "rotationRules": camel(found.get("RotationRules")) if on else None,
    }


def _update_rotation(clients: Clients, id_: str, _state: Values, inputs: Values) -> None:
    clients.aws("secretsmanager", inputs.get("region")).rotate_secret(**_rotation(id_, inputs))


def _delete_rotation(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("secretsmanager").cancel_rotate_secret(SecretId=id_)


def _rotation(secret_id: str, inputs: Values) -> Values:
    return given(
        SecretId=secret_id,
        ExternalSecretRotationRoleArn=inputs.get("externalSecretRotationRoleArn"),
        ExternalSecretRotationMetadata=pascal(inputs.get("externalSecretRotationMetadatas")),
        RotationRules=pascal(inputs.get("rotationRules")),
        RotateImmediately=inputs.get("rotateImmediately", True),
    )


def _create_parameter(clients: Clients, inputs: Values) -> Created:
    ssm = clients.aws("ssm", inputs.get("region"))
    ssm.put_parameter(**_parameter(inputs), **given(Tags=tag_list(inputs.get("tags"))))
    known_as = arn(clients, "ssm", f"parameter/{inputs['name'].lstrip('/')}")
    return inputs["name"], {"arn": known_as, "version": 1}


def _read_parameter(clients: Clients, id_: str, _state: Values) -> Values:
    ssm = clients.aws("ssm")
    found = ssm.get_parameter(Name=id_, WithDecryption=True)["Parameter"]
    filters = [{"Key": "Name", "Option": "Equals", "Values": [id_]}]
    described: list[dict[str, Any]] = ssm.describe_parameters(ParameterFilters=filters)["Parameters"]
    about = described[0] if described else {}
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=id_).get("TagList")
    return {
        "name": found["Name"],
        "type": found["Type"],
        "value": found["Value"],
        "version": found["Version"],
        "arn": found["ARN"],
        "tier": about.get("Tier", "Standard"),
        "description": about.get("Description"),
        "tags": tag_map(tags),
    }


def _update_parameter(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    ssm = clients.aws("ssm", inputs.get("region"))
    ssm.put_parameter(**_parameter(inputs), Overwrite=True)
    removed, kept = tags_changed(state, inputs)
    if removed:
        ssm.remove_tags_from_resource(ResourceType="Parameter", ResourceId=id_, TagKeys=removed)
    if kept:
        ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=id_, Tags=tag_list(kept))


def _delete_parameter(clients: Clients, id_: str, _state: Values) -> None:
    clients.aws("ssm").delete_parameter(Name=id_)


def _parameter(inputs: Values) -> Values:
    return given(
        Name=inputs["name"],
        Type=inputs["type"],
        Value=inputs["value"],
        Tier=inputs.get("tier"),
        Description=inputs.get("description"),
        KeyId=inputs.get("keyId"),
    )


KINDS: Final = {
    "aws:secretsmanager/secret:Secret": Kind(
        create=_create_secret,
        read=_read_secret,
        update=_update_secret,
        delete=_delete_secret,
        replaced_by=keys("name", "region"),
        computed=keys("arn", "policy", "replicas", "tagsAll"),
    ),
    "aws:secretsmanager/secretRotation:SecretRotation": Kind(
        create=_create_rotation,
        read=_read_rotation,
        update=_update_rotation,
        delete=_delete_rotation,
        replaced_by=keys("secretId", "region"),
        computed=keys("rotationEnabled"),
        auto_named=False,
        gone_is_an_error=True,
        unproven="AWS's own calls to GitLab: what it asks for is documented, how it asks is not",
    ),
    "aws:ssm/parameter:Parameter": Kind(
        create=_create_parameter,
        read=_read_parameter,
        update=_update_parameter,
        delete=_delete_parameter,
        replaced_by=keys("name", "region"),
        computed=keys("arn", "version", "insecureValue", "hasValueWo", "tagsAll"),
    ),
}

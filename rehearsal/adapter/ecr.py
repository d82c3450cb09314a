"""`aws:ecr` resources."""

from typing import Any

from .clients import Clients, given, tag_list


def repository(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    encryption = inputs.get("encryptionConfigurations")
    answer = clients.aws("ecr", inputs.get("region")).create_repository(
        **given(
            repositoryName=inputs["name"],
            imageTagMutability=inputs.get("imageTagMutability"),
            imageScanningConfiguration=inputs.get("imageScanningConfiguration"),
            encryptionConfiguration=encryption[0] if encryption else None,
            tags=tag_list(inputs.get("tags")),
        )
    )["repository"]
    return inputs["name"], {
        "arn": answer["repositoryArn"],
        "registryId": answer["registryId"],
        "repositoryUrl": answer["repositoryUri"],
    }


def lifecycle_policy(clients: Clients, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    answer = clients.aws("ecr", inputs.get("region")).put_lifecycle_policy(
        repositoryName=inputs["repository"], lifecyclePolicyText=inputs["policy"]
    )
    return inputs["repository"], {"registryId": answer["registryId"]}

"""`aws:ecr` resources."""

from typing import Any, Final

from botocore.exceptions import ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from components.names.registry_host import registry_host

from .clients import Clients, given, retag, tag_list, tag_map
from .kind import Created, Kind, Values, again, keys


class NotEmptyError(Exception):
    """A repository with images is not deleted. The message is the real provider's."""


def _create_repository(clients: Clients, inputs: Values) -> Created:
    encryption = inputs.get("encryptionConfigurations")
    answer = clients.aws("ecr", inputs.get("region")).create_repository(
        **given(
            repositoryName=inputs["name"],
            imageTagMutability=inputs.get("imageTagMutability"),
            imageTagMutabilityExclusionFilters=inputs.get("imageTagMutabilityExclusionFilters"),
            imageScanningConfiguration=inputs.get("imageScanningConfiguration"),
            encryptionConfiguration=encryption[0] if encryption else None,
            tags=tag_list(inputs.get("tags")),
        )
    )["repository"]
    return inputs["name"], _computed(answer)


def _read_repository(clients: Clients, id_: str, state: Values) -> Values:
    # An import names a repository of another region as `name@region`.
    name, _, region = id_.partition("@")
    region = region or state.get("region") or clients.region
    ecr = clients.aws("ecr", region)
    answer = ecr.describe_repositories(repositoryNames=[name])["repositories"][0]
    tags = ecr.list_tags_for_resource(resourceArn=answer["repositoryArn"]).get("tags", [])
    return {
        **_computed(answer),
        "name": name,
        "region": region,
        "imageTagMutability": answer["imageTagMutability"],
        "imageTagMutabilityExclusionFilters": answer.get("imageTagMutabilityExclusionFilters"),
        "imageScanningConfiguration": answer.get("imageScanningConfiguration"),
        "encryptionConfigurations": [answer.get("encryptionConfiguration", {"encryptionType": "AES256"})],
        "tags": tag_map(tags),
    }


def _update_repository(clients: Clients, id_: str, state: Values, inputs: Values) -> None:
    ecr, name = clients.aws("ecr", inputs.get("region")), id_.partition("@")[0]
    ecr.put_image_tag_mutability(
        repositoryName=name,
        imageTagMutability=inputs.get("imageTagMutability", "MUTABLE"),
        **given(imageTagMutabilityExclusionFilters=inputs.get("imageTagMutabilityExclusionFilters")),
    )
    scanning = inputs.get("imageScanningConfiguration", {"scanOnPush": False})
    ecr.put_image_scanning_configuration(repositoryName=name, imageScanningConfiguration=scanning)
    retag(ecr, "resource", state, inputs, resourceArn=state["arn"])


def _delete_repository(clients: Clients, id_: str, state: Values) -> None:
    name = id_.partition("@")[0]
    try:
        clients.aws("ecr", state.get("region")).delete_repository(
            repositoryName=name, force=state.get("forceDelete") or False
        )
    except ClientError as error:
        answer: dict[str, Any] = error.response
        if answer.get("Error", {}).get("Code") != "RepositoryNotEmptyException":
            raise
        raise NotEmptyError(f"ECR Repository ({name}) not empty, consider using force_delete: {error}") from None


def _computed(answer: dict[str, Any]) -> Values:
    return {
        "arn": answer["repositoryArn"],
        "registryId": answer["registryId"],
        # The emulator knows the hosts of the partition `aws` alone.
        "repositoryUrl": f"{registry_host(answer['registryId'], _region_of(answer))}/{answer['repositoryName']}",
    }


def _region_of(answer: dict[str, Any]) -> str:
    return str(answer["repositoryArn"]).split(":")[3]


def _policy(verb: str, noun: str, text: str) -> tuple[Any, Any, Any]:
    """The functions that put, read and delete a repository's policy.

    Args:
        verb: the verb of the call that puts it.
        noun: the policy's name in the calls.
        text: the argument and the answer's key that hold it.
    """

    def put(clients: Clients, inputs: Values) -> Created:
        call = getattr(clients.aws("ecr", inputs.get("region")), f"{verb}_{noun}")
        answer = call(repositoryName=inputs["repository"], **{text: inputs["policy"]})
        return inputs["repository"], {"registryId": answer["registryId"]}

    def read(clients: Clients, id_: str, state: Values) -> Values:
        answer = getattr(clients.aws("ecr", state.get("region")), f"get_{noun}")(repositoryName=id_)
        return {"repository": id_, "policy": answer[text], "registryId": answer["registryId"]}

    def delete(clients: Clients, id_: str, state: Values) -> None:
        getattr(clients.aws("ecr", state.get("region")), f"delete_{noun}")(repositoryName=id_)

    return put, read, delete


_put_lifecycle, _read_lifecycle, _delete_lifecycle = _policy("put", "lifecycle_policy", "lifecyclePolicyText")
_put_access, _read_access, _delete_access = _policy("set", "repository_policy", "policyText")

KINDS: Final = {
    "aws:ecr/repository:Repository": Kind(
        create=_create_repository,
        read=_read_repository,
        update=_update_repository,
        delete=_delete_repository,
        replaced_by=keys("name", "encryptionConfigurations", "region"),
        computed=keys("arn", "registryId", "repositoryUrl", "tagsAll"),
    ),
    # The provider cannot change its text in place: the policy is deleted and created again.
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": Kind(
        create=_put_lifecycle,
        read=_read_lifecycle,
        delete=_delete_lifecycle,
        computed=keys("registryId"),
        delete_first=True,
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": Kind(
        create=_put_access,
        read=_read_access,
        update=again(_put_access),
        delete=_delete_access,
        replaced_by=keys("repository", "region"),
        computed=keys("registryId"),
    ),
}

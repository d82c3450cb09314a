"""ECR repositories with secure defaults."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from .documents.iam_policies import policy_json
from .documents.lifecycle_rules import lifecycle_policy
from .documents.registry_host import registry_host
from .documents.repository_names import repository_name


class RepositoryArgs(TypedDict):
    """Options of one repository; `{}` is a good one."""

    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """AWS tags of the repository."""


class RepositoriesArgs(TypedDict):
    """Arguments of Repositories."""

    account: str
    """Twelve digits: the account whose registry holds the repositories."""
    region: str
    """The region of the repositories."""
    repositories: dict[str, RepositoryArgs]
    """Options by repository name, such as `ci/python`."""


class Repositories(pulumi.ComponentResource):
    """ECR repositories: immutable tags, scan on push, encrypted, and a lifecycle that spares what is still pulled."""

    urls: pulumi.Output[dict[str, str]]
    """What stands before the tag of an image reference, by repository name."""

    def __init__(self, name: str, args: RepositoriesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gitlab-ecr:index:Repositories", name, {}, opts)
        host = registry_host(args["account"], args["region"])
        for repository, options in args["repositories"].items():
            self._repository(f"{name}-{repository}", repository_name(repository), args["region"], options)
        self.urls = pulumi.Output.from_input(
            {repository: f"{host}/{repository}" for repository in args["repositories"]}
        )
        self.register_outputs({"urls": self.urls})

    def _repository(self, child: str, repository: str, region: str, options: RepositoryArgs) -> None:
        created = aws.ecr.Repository(
            child,
            name=repository,
            region=region,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "AES256"}],
            force_delete=False,
            tags=options.get("tags"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.ecr.LifecyclePolicy(
            child,
            # The repository's output, known in every preview: a replaced repository then takes its policy with it.
            repository=created.name,
            region=region,
            policy=policy_json(lifecycle_policy()),
            opts=pulumi.ResourceOptions(parent=self),
        )

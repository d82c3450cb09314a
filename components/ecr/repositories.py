"""ECR repositories with secure defaults."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from ..arguments.check import check
from ..arguments.component import Component
from ..iam.policies import policy_json
from ..names.registries import repository_arn
from ..names.registry_host import registry_host
from .args import RepositoriesArgs, RepositoryArgs
from .checks import find
from .mutable_tags import tag_mutability
from .registry import add_cache, add_registry_wide
from .repository_documents import access_of, lifecycle_of


class Repositories(Component):
    """ECR repositories: immutable tags, scan on push, encryption, and a lifecycle policy that spares images in use."""

    urls: pulumi.Output[dict[str, str]]
    """The image reference without a tag, by repository name."""
    arns: pulumi.Output[dict[str, str]]
    """The ARN by repository name."""

    def __init__(self, name: str, args: RepositoriesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        check(RepositoriesArgs, args, find)
        super().__init__("gitlab-ecr:index:Repositories", name, {}, opts)
        account, urls, arns = args["account"], dict[str, str](), dict[str, str]()
        # Changing a lifecycle policy replaces it, and a repository has only one: deleting the old one after creating
        # the new one would delete the new one.
        child, replaced = self.child(), self.child(delete_before_replace=True)
        for repository, declared in args["repositories"].items():
            resource, options = f"{name}-{repository}", _tagged(declared, args.get("tags"))
            region = options.get("region", args["region"])
            urls[repository] = f"{registry_host(account, region)}/{repository}"
            arns[repository] = repository_arn(account, region, repository)
            created = aws.ecr.Repository(
                resource, name=repository, region=region, **_settings(options), opts=self._options(repository, options)
            )
            # The repository's own output, known in every preview: when it is replaced, its policies are replaced too.
            aws.ecr.LifecyclePolicy(
                resource,
                repository=created.name,
                region=region,
                policy=policy_json(lifecycle_of(options)),
                opts=replaced,
            )
            if (access := access_of(account, region, options)) is not None:
                aws.ecr.RepositoryPolicy(
                    resource, repository=created.name, region=region, policy=policy_json(access), opts=child
                )
        for prefix, cache in args.get("caches", {}).items():
            add_cache(self, name, args["region"], prefix, cache)
        add_registry_wide(self, name, account, args["region"], args.get("registry", {}))
        self.urls, self.arns = _known(urls), _known(arns)
        self.register_outputs({"urls": self.urls, "arns": self.arns})

    def _options(self, repository: str, options: RepositoryArgs) -> pulumi.ResourceOptions:
        # The import id includes the region only if the repository has its own; see `adopt`.
        import_id = f"{repository}@{options['region']}" if "region" in options else repository
        return self.child(
            protect=options.get("protect"),
            # An import that fails half-way is already in the state: removing the repository from the declaration
            # must not delete what this stack did not create.
            retain_on_delete=options.get("retain_on_delete", options.get("adopt")),
            import_=import_id if options.get("adopt") else None,
        )


class _Settings(TypedDict):
    image_tag_mutability: str
    image_tag_mutability_exclusion_filters: list[aws.ecr.RepositoryImageTagMutabilityExclusionFilterArgsDict] | None
    image_scanning_configuration: aws.ecr.RepositoryImageScanningConfigurationArgsDict
    encryption_configurations: list[aws.ecr.RepositoryEncryptionConfigurationArgsDict]
    force_delete: pulumi.Input[bool]
    tags: pulumi.Input[dict[str, pulumi.Input[str]]] | None


def _settings(options: RepositoryArgs) -> _Settings:
    mutability, filters = tag_mutability(options.get("mutable_tags", []))
    encryption: aws.ecr.RepositoryEncryptionConfigurationArgsDict = {"encryption_type": "AES256"}
    if "kms_key" in options:
        encryption = {"encryption_type": "KMS", "kms_key": options["kms_key"]}
    return {
        "image_tag_mutability": mutability,
        "image_tag_mutability_exclusion_filters": [{"filter": tag, "filter_type": "WILDCARD"} for tag in filters]
        or None,
        "image_scanning_configuration": {"scan_on_push": options.get("scan_on_push", True)},
        "encryption_configurations": [encryption],
        "force_delete": options.get("force_delete", False),
        "tags": options.get("tags"),
    }


def _known(texts: dict[str, str]) -> pulumi.Output[dict[str, str]]:
    # from_input of a dict makes an output of each value first, which takes a large stack longer than its policies.
    return pulumi.Output.from_input("").apply(lambda _: texts)


def _tagged(options: RepositoryArgs, shared: dict[str, pulumi.Input[str]] | None) -> RepositoryArgs:
    if not shared:
        return options
    own = pulumi.Output.from_input(options.get("tags", {}))
    return {**options, "tags": own.apply(lambda tags: {**shared, **tags})}

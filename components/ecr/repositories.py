"""ECR repositories with secure defaults."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from ..iam.policies import policy_json
from ..names.aws_arns import key_arn
from ..names.locations import errors_under
from ..names.registries import repository_arn
from ..names.registry_host import registry_host
from ..names.repository_names import repository_name
from .lifecycle_rules import LifecycleRuleArgs, lifecycle_policy
from .mutable_tags import tag_mutability
from .registry import CacheArgs, RegistryWideArgs, add_cache, add_registry_wide
from .repository_policy import GranteesArgs, repository_policy


class RepositoryArgs(TypedDict):
    """Options of one repository; `{}` gives secure defaults."""

    mutable_tags: NotRequired[list[str]]
    """Patterns of tags that may move to another image, such as `3.*`, `latest` or `buildcache*`; at most five, with at
    most two `*` each. All other tags are immutable. `["*"]` alone lets every tag move: a tag then no longer tells which
    image ran."""
    lifecycle_rules: NotRequired[list[LifecycleRuleArgs]]
    """Rules in the order of their priority. By default untagged images are archived 30 days after they were last
    pulled and deleted 90 days later; tagged images stay. The platforms of a multi-platform image are untagged too;
    ECR keeps them as long as the index that names them. Archived images answer a pull with 404 until restored."""
    protected_tags: NotRequired[list[str]]
    """Patterns such as `release-*` of tags that no lifecycle rule touches."""
    scan_on_push: NotRequired[pulumi.Input[bool]]
    """True by default: basic scanning of each image when it is pushed. Enhanced scanning of the registry overrides
    it."""
    kms_key: NotRequired[pulumi.Input[str]]
    """The ARN (not an alias) of a KMS key in the repository's region that encrypts the images; by default ECR's own
    AES256. Changing it replaces the repository, which AWS refuses while it holds images."""
    pull: NotRequired[GranteesArgs]
    """Who outside this account may pull. Across accounts both sides must allow it: this, and the policy of the identity
    that pulls. Inside the account the identity's policy is enough."""
    push: NotRequired[GranteesArgs]
    """Who outside this account may push and pull."""
    admin: NotRequired[GranteesArgs]
    """Who outside this account may also list, scan and delete images, but never the repository itself."""
    lambda_accounts: NotRequired[list[str]]
    """Accounts whose Lambda functions run images of this repository. For other accounts add them to `pull` as well."""
    region: NotRequired[str]
    """The repository's region; by default the stack's. Changing it creates a new, empty repository."""
    force_delete: NotRequired[pulumi.Input[bool]]
    """False by default: AWS refuses to delete a repository with images in it. True deletes the images with it."""
    protect: NotRequired[bool]
    """True: Pulumi refuses to delete or replace the repository until this is removed."""
    retain_on_delete: NotRequired[bool]
    """True: `destroy`, or removing the repository from the declaration, leaves it and its images in AWS. Default: true
    with `adopt`, else false."""
    adopt: NotRequired[bool]
    """True takes over an existing repository (Pulumi's `import`): set it in the change that first declares the
    repository. The preview names each option that differs from AWS. A difference that needs a new repository
    (`kms_key`) makes `up` fail; all others are set as declared, except that Pulumi before 3.174 refuses them too. Its
    policies are overwritten. `destroy` leaves it, unless `retain_on_delete` says otherwise."""
    tags: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    """AWS tags of the repository."""


class RepositoriesArgs(TypedDict):
    """Arguments of Repositories."""

    account: str
    """Twelve digits: the account whose registry holds the repositories."""
    region: str
    """The region of the repositories, and of the AWS provider."""
    repositories: dict[str, RepositoryArgs]
    """Options by repository name, such as `ci/python`: 2 to 256 lower-case letters and digits, joined by
    single `.`, `_` or `/`, or by dashes."""
    caches: NotRequired[dict[str, CacheArgs]]
    """Pull-through caches by the prefix of the repositories they create, such as `docker-hub`; at most 30 characters.
    An audience that lists the prefix in its `caches` may fill it."""
    registry: NotRequired[RegistryWideArgs]
    """Registry-wide settings; only one stack per account and region may have them."""
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    """AWS tags of every repository; a repository's own `tags` win."""


class Repositories(pulumi.ComponentResource):
    """ECR repositories: immutable tags, scan on push, encryption, and a lifecycle policy that spares images in use."""

    urls: pulumi.Output[dict[str, str]]
    """The image reference without a tag, by repository name."""
    arns: pulumi.Output[dict[str, str]]
    """The ARN by repository name."""

    def __init__(self, name: str, args: RepositoriesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("gitlab-ecr:index:Repositories", name, {}, opts)
        account, urls, arns = args["account"], dict[str, str](), dict[str, str]()
        registry_host(account, args["region"])
        for repository, declared in args["repositories"].items():
            options = _tagged(declared, args.get("tags"))
            region = options.get("region", args["region"])
            urls[repository] = f"{registry_host(account, region)}/{repository_name(repository)}"
            arns[repository] = repository_arn(account, region, repository)
            # The import id includes the region only if the repository has its own; see `adopt`.
            import_id = f"{repository}@{region}" if "region" in options else repository
            with errors_under(f"repositories.{repository}"):
                created = self._repository(f"{name}-{repository}", repository, region, import_id, options)
                self._policies(f"{name}-{repository}", created, account, region, options)
        for prefix, cache in args.get("caches", {}).items():
            with errors_under(f"caches.{prefix}"):
                add_cache(self, name, args["region"], prefix, cache)
        with errors_under("registry"):
            add_registry_wide(self, name, account, args["region"], args.get("registry", {}))
        self.urls, self.arns = pulumi.Output.from_input(urls), pulumi.Output.from_input(arns)
        self.register_outputs({"urls": self.urls, "arns": self.arns})

    def _repository(
        self, child: str, repository: str, region: str, import_id: str, options: RepositoryArgs
    ) -> aws.ecr.Repository:
        mutability, filters = tag_mutability(options.get("mutable_tags", []))
        encryption: aws.ecr.RepositoryEncryptionConfigurationArgsDict = {"encryption_type": "AES256"}
        if "kms_key" in options:
            key = options["kms_key"]
            encryption = {"encryption_type": "KMS", "kms_key": key_arn(key, region) if isinstance(key, str) else key}
        return aws.ecr.Repository(
            child,
            name=repository,
            region=region,
            image_tag_mutability=mutability,
            image_tag_mutability_exclusion_filters=[{"filter": tag, "filter_type": "WILDCARD"} for tag in filters]
            or None,
            image_scanning_configuration={"scan_on_push": options.get("scan_on_push", True)},
            encryption_configurations=[encryption],
            force_delete=options.get("force_delete", False),
            tags=options.get("tags"),
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=options.get("protect"),
                # An import that fails half-way is already in the state: removing the repository from the declaration
                # must not delete what this stack did not create.
                retain_on_delete=options.get("retain_on_delete", options.get("adopt")),
                import_=import_id if options.get("adopt") else None,
            ),
        )

    def _policies(
        self, child: str, created: aws.ecr.Repository, account: str, region: str, options: RepositoryArgs
    ) -> None:
        lifecycle = lifecycle_policy(options.get("lifecycle_rules", []), options.get("protected_tags", []))
        access = repository_policy(
            account,
            region,
            pull=options.get("pull"),
            push=options.get("push"),
            admin=options.get("admin"),
            lambda_accounts=options.get("lambda_accounts", []),
        )
        # The repository's own output, known in every preview: when it is replaced, its policies are replaced too.
        opts = pulumi.ResourceOptions(parent=self)
        # Changing a lifecycle policy replaces it, and a repository has only one: deleting the old one after creating
        # the new one would delete the new one.
        before = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        aws.ecr.LifecyclePolicy(
            child, repository=created.name, region=region, policy=policy_json(lifecycle), opts=before
        )
        if access is not None:
            aws.ecr.RepositoryPolicy(
                child, repository=created.name, region=region, policy=policy_json(access), opts=opts
            )


def _tagged(options: RepositoryArgs, shared: dict[str, pulumi.Input[str]] | None) -> RepositoryArgs:
    if not shared:
        return options
    own = pulumi.Output.from_input(options.get("tags", {}))
    return {**options, "tags": own.apply(lambda tags: {**shared, **tags})}

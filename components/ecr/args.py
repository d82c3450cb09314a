"""Arguments of Repositories: repositories, pull-through caches, and settings of the registry as a whole."""

from typing import NotRequired, TypedDict

import pulumi

from .lifecycle_rules import LifecycleRuleArgs
from .pull_through import Upstream
from .repository_policy import GranteesArgs


class CacheArgs(TypedDict):
    """A pull-through cache: the first pull of an image fetches it from upstream."""

    upstream: Upstream
    """One of `docker-hub`, `ecr-public`, `ghcr`, `gitlab` (gitlab.com), `k8s` and `quay`."""
    credential_arn: NotRequired[pulumi.Input[str]]
    """The ARN of the secret that signs in upstream; required for `docker-hub`, `ghcr` and `gitlab`. Its name starts
    with `ecr-pullthroughcache/`, its value is `{"username": ..., "accessToken": ...}`. It is made outside of Pulumi,
    so that its value is in no state."""
    days: NotRequired[int]
    """Cached images are deleted this many days after they were fetched, 90 by default; a later pull fetches again."""
    adopt: NotRequired[bool]
    """True takes over the prefix's existing rule and creation template. Both have to exist, and the preview names each
    setting that differs. They outlive the stack. Another `upstream` than the rule's is refused by ECR: a prefix has
    one rule."""


class ReplicationArgs(TypedDict):
    """A place that new images are copied to."""

    region: str
    """The destination's region."""
    account: NotRequired[str]
    """The destination's account. Default: the stack's own. The registry policy of another account has to allow it."""
    prefixes: NotRequired[list[str]]
    """The beginning of the names of replicated repositories. Default: all repositories."""


class RegistryWideArgs(TypedDict):
    """Settings that a registry has only once: opt-in, since two stacks would overwrite each other's."""

    scan_continuously: NotRequired[list[str]]
    """Filters such as `prod/*` or `*` of repositories that Amazon Inspector scans whenever a new vulnerability becomes
    known. Turns on enhanced scanning, which Inspector charges for."""
    scan_on_push: NotRequired[list[str]]
    """Filters of repositories that Inspector scans when an image is pushed. Turns on enhanced scanning."""
    replicate_to: NotRequired[list[ReplicationArgs]]
    """Destinations of replication; images from before are not copied."""
    replicas_from: NotRequired[dict[str, list[str]]]
    """Accounts that may replicate into this registry, each with the repositories or patterns that it may create."""


class RepositoryArgs(TypedDict):
    """Options of one repository; `{}` is a good one."""

    mutable_tags: NotRequired[list[str]]
    """Patterns of tags that may move to another image, such as `3.*`, `latest` or `buildcache*`; at most five, with
    at most two `*` each. All other tags are immutable: ECR refuses a second push to them, until a lifecycle rule or a
    person deletes the tag. `["*"]` alone lets every tag move: then nobody can tell by its tag which image ran."""
    lifecycle_rules: NotRequired[list[LifecycleRuleArgs]]
    """Rules in the order of their priority. By default untagged images are archived 30 days after they were last
    pulled and deleted 90 days later; tagged images stay. The platforms of a multi-platform image are untagged too;
    ECR keeps them as long as the index that names them. Archived images answer a pull with 404 until restored."""
    protected_tags: NotRequired[list[str]]
    """Tag patterns such as `release-*` that no lifecycle rule touches."""
    scan_on_push: NotRequired[pulumi.Input[bool]]
    """True by default: basic scanning of each image when it is pushed. Enhanced scanning of the registry
    overrides it."""
    kms_key: NotRequired[pulumi.Input[str]]
    """The ARN of a KMS key of the repository's region that encrypts the images, not an alias; by default ECR's own
    AES256. Changing it replaces the repository, which AWS refuses as long as there are images in it."""
    pull: NotRequired[GranteesArgs]
    """Who may pull from outside this account. Across accounts both sides have to allow: this, and the policy of the
    identity that pulls. Inside the account that identity's policy is enough."""
    push: NotRequired[GranteesArgs]
    """Who may push and pull from outside this account."""
    admin: NotRequired[GranteesArgs]
    """Who may also list, scan and delete images from outside this account; never the repository itself."""
    lambda_accounts: NotRequired[list[str]]
    """Accounts whose Lambda functions run images of this repository. For other accounts add them to `pull` as well."""
    region: NotRequired[str]
    """The repository's region. Default: the region of all repositories. Changing it makes a new, empty repository."""
    force_delete: NotRequired[pulumi.Input[bool]]
    """False by default: AWS refuses to delete a repository with images in it. True deletes the images with it."""
    protect: NotRequired[bool]
    """True: Pulumi refuses to delete or replace the repository until this is removed."""
    retain_on_delete: NotRequired[bool]
    """True: `destroy`, or removing the repository from the declaration, leaves it and its images in AWS. Default: true
    with `adopt`, else false."""
    adopt: NotRequired[bool]
    """True takes a repository that exists already (Pulumi's `import`): say so in the change that first declares it. The
    preview names each option that differs from what is in AWS. Where only a new repository would do (`kms_key`), `up`
    refuses; all others are set as declared, except that Pulumi before 3.174 refuses them too. Its policies are
    overwritten. `destroy` leaves it, unless `retain_on_delete` says otherwise."""
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
    """Pull-through caches by the prefix of the repositories that they make, such as `docker-hub`; at most 30
    characters. An audience that names the prefix in its `caches` may fill it."""
    registry: NotRequired[RegistryWideArgs]
    """Settings of the whole registry, for one stack of the account and region only."""
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    """AWS tags of every repository; its own `tags` take precedence."""

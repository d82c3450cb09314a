"""The whole declaration of one stack, and the smaller one of a program that composes the components by itself."""

from typing import NotRequired, TypedDict

import pulumi

from ..consumers.args import ConsumerArgs, GitLabArgs
from ..consumers.ci_variables import CiVariableArgs
from ..ecr.args import CacheArgs, RegistryWideArgs, RepositoryArgs
from ..iam.args import AudienceArgs
from ..rotator.args import RotationBackend, RotationJobArgs, VpcArgs
from ..runner.args import RunnerOptions


class RotationArgs(TypedDict):
    """The rotator's settings."""

    adopt_token_secret: NotRequired[bool]
    """The secret of the GitLab token, `<prefix>/gitlab-token`, exists already, made by `gitlab-ecr token set --secret`
    before the first `up`: it is taken as it is, and `destroy` leaves it. Default false. Do not set it later: Pulumi
    would delete the secret that it made."""
    interval: NotRequired[str]
    """From one run to the next. Default `2 hours`. With `rotationBackend: gitlab`, what divides the hour or the day."""
    job: NotRequired[RotationJobArgs]
    """With `rotationBackend: gitlab`, and required there: the project whose pipeline schedule rotates."""
    tolerate_outage: NotRequired[str]
    """For how long every run may fail without an expired token anywhere. Default `7 hours`."""
    log_retention_days: NotRequired[int]
    """How long CloudWatch keeps the reports. Default 90 days. Only in Lambda: a job's log is GitLab's."""
    alarm_emails: NotRequired[list[str]]
    """Who gets a mail of each alarm, after confirming SNS's first one."""
    alarm_topics: NotRequired[list[str]]
    """ARNs of further SNS topics that alarms go to."""
    vpc: NotRequired[VpcArgs]
    """For a GitLab that is not reachable from the internet. Default: no VPC. Only in Lambda: a job is where its runner
    is."""
    access_key_age: NotRequired[str]
    """How old a key of `access-keys` gets before a new one takes its place. Default `30 days`; at most 90 days."""
    access_key_grace: NotRequired[str]
    """How long the key before stays active, for the jobs that began with it. Default `1 day`; an hour or more, not less
    than the interval, and at most half of `access_key_age`. It is deleted a week after it was deactivated."""
    reserved_concurrency: NotRequired[int]
    """How many rotations at once. Default: not reserved. Only in Lambda."""


class RegistryAccessArgs(TypedDict):
    """The whole declaration of one stack."""

    account: str
    """The twelve digits of the AWS account that holds the repositories."""
    region: str
    """The region of repositories and rotator."""
    prefix: str
    """Starts the name of everything but the repositories; one for each stack of an account."""
    stack: str
    """The stack's name, as metrics and reports call it."""
    gitlab: NotRequired[GitLabArgs]
    """The GitLab instance. Default: gitlab.com."""
    repositories: dict[str, RepositoryArgs]
    """ECR repositories by name."""
    caches: NotRequired[dict[str, CacheArgs]]
    """Pull-through caches by the prefix of the repositories that they make, such as `docker-hub`. A consumer or runner
    that names the prefix in its own `caches` may fill it."""
    registry: NotRequired[RegistryWideArgs]
    """Registry-wide settings; only one stack per account and region may have them."""
    consumers: NotRequired[dict[str, ConsumerArgs]]
    """Who pulls, by the full path of the GitLab project or group."""
    runners: NotRequired[dict[str, RunnerOptions]]
    """GitLab runners by a name of your choice."""
    role_path: NotRequired[str]
    """The IAM path of everything in IAM, `/<prefix>/` by default. It must be this stack's alone: the rotator may assume
    whatever lies under its `pull/`. Changing it makes every role anew."""
    permissions_boundary: NotRequired[pulumi.Input[str]]
    """The ARN of a policy that bounds every role, and every user of `access-keys`. Without one, such a user still is
    held to what it may pull by a boundary made for it, and roles have none."""
    max_session_duration: NotRequired[pulumi.Input[int]]
    """Seconds, 3600 (default) to 43200: the longest session of the roles that jobs and runners assume. The rotator's
    sessions last an hour at most all the same."""
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    """AWS tags of everything that can have them, the machines and disks of a runner's launch template among them; a
    repository's own tags win. Repositories that a cache makes have none: AWS would want a role of its own for that."""
    rotation_backend: NotRequired[RotationBackend]
    """Where the rotator runs. `lambda` (default): a function in AWS. `gitlab`: a job on a pipeline schedule, with the
    same code and no compute in AWS; then `rotation.job` is required, and the first rotation is not part of `up`."""
    rotation: NotRequired[RotationArgs]
    """The rotator's settings."""


class RotationPartsArgs(TypedDict):
    """Who pulls what, and where the rotator is."""

    account: str
    """The twelve digits of the AWS account of roles and rotator."""
    region: str
    """Their region."""
    prefix: str
    """Starts every name; the same as the components get."""
    stack: str
    """The stack's name, for reports and metrics: `pulumi.get_stack()`."""
    repositories: list[str]
    """The names of the repositories that patterns in `pull` stand for, whoever owns them: the rotator tries each token
    on one that it opens, and on one that it must not open."""
    consumers: dict[str, ConsumerArgs]
    """Who pulls, by the full path of the GitLab project or group. One with `access-keys` needs a `PullUser` too, whose
    `user` is that path."""
    gitlab: NotRequired[GitLabArgs]
    """The GitLab instance. Default: gitlab.com."""
    role_path: NotRequired[str]
    """The IAM path of the roles, `/<prefix>/` by default."""


class RotationParts(TypedDict):
    """One argument for each component."""

    audiences: dict[str, AudienceArgs]
    """`audiences` of `Identities`."""
    variables: dict[str, CiVariableArgs]
    """`variables` of `CiVariables`."""
    plan: str
    """`plan` of `Rotator`, which comes after both: `depends_on=[identities, variables]`."""

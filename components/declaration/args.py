"""The declaration of a whole stack, and the smaller one for programs that compose the components themselves."""

from typing import NotRequired, TypedDict

import pulumi

from ..arguments.numbers import GitLabNumber
from ..consumers.args import ConsumerArgs, GitLabArgs
from ..consumers.ci_variables import CiVariableArgs
from ..contract.token_renewal import TokenRenewal
from ..ecr.args import CacheArgs, RegistryWideArgs, RepositoryArgs
from ..iam.args import AudienceArgs
from ..rotator.args import RotationBackend, RotationJobArgs, VpcArgs
from ..runner.args import RunnerOptions


class RotationArgs(TypedDict):
    """The rotator's settings."""

    adopt_token_secret: NotRequired[bool]
    """Uses the secret of the GitLab token, `<prefix>/gitlab-token`, that `gitlab-ecr token set --secret` created before
    the first `up`. `up` does not change it, and `destroy` leaves it. Default false. Do not set it later: Pulumi would
    delete the secret that it created."""
    interval: NotRequired[str]
    """The time between two runs. Default `2 hours`. With `rotationBackend: gitlab`, a divisor of an hour or a day."""
    job: NotRequired[RotationJobArgs]
    """The project whose pipeline schedule runs the rotation; required with `rotationBackend: gitlab`, refused
    otherwise."""
    tolerate_outage: NotRequired[str]
    """For how long every run may fail without an expired token anywhere. Default `7 hours`."""
    log_retention_days: NotRequired[int]
    """How long CloudWatch keeps the reports. Default 90 days. Only with Lambda: a job's log is kept by GitLab."""
    alarm_emails: NotRequired[list[str]]
    """Who gets an e-mail for each alarm, after confirming the subscription that SNS sends first."""
    alarm_topics: NotRequired[list[str]]
    """ARNs of further SNS topics that alarms go to."""
    vpc: NotRequired[VpcArgs]
    """For a GitLab that is not reachable from the internet. Default: no VPC. Only with Lambda: a job runs in its
    runner's network."""
    access_key_age: NotRequired[str]
    """How old a key of `access-keys` gets before it is replaced. Default `30 days`; at most 90 days."""
    access_key_grace: NotRequired[str]
    """How long the previous key stays active, for jobs that started with it. Default `1 day`; an hour or more, not less
    than the interval, and at most half of `access_key_age`. It is deleted a week after it was deactivated."""
    token_renewal: NotRequired[TokenRenewal]
    """Who renews the rotator's GitLab token. `own` (default): a job of this stack, which reaches every GitLab that the
    rotator reaches. `managed`: Secrets Manager itself, every 30 days, for a GitLab that AWS reaches over the internet;
    the token then needs the scope `api` and is in the secret `<prefix>/gitlab-token-managed`, which
    `gitlab-ecr token set` creates before `up`: no stack creates or deletes it."""
    reserved_concurrency: NotRequired[int]
    """How many rotations may run at once. Default: not reserved. Only with Lambda."""


class RegistryAccessArgs(TypedDict):
    """The whole declaration of one stack."""

    account: str
    """The 12 digits of the AWS account that holds the repositories."""
    region: str
    """The region of the repositories and the rotator."""
    prefix: str
    """The beginning of every name except the repositories'. Each stack of an account needs a different one."""
    stack: str
    """The stack's name in metrics and reports."""
    gitlab: NotRequired[GitLabArgs]
    """The GitLab instance. Default: gitlab.com."""
    repositories: dict[str, RepositoryArgs]
    """ECR repositories by name."""
    caches: NotRequired[dict[str, CacheArgs]]
    """Pull-through caches by the prefix of the repositories they create, such as `docker-hub`. A consumer or runner
    that lists the prefix in its own `caches` may fill it."""
    registry: NotRequired[RegistryWideArgs]
    """Registry-wide settings; only one stack per account and region may have them."""
    consumers: NotRequired[dict[str, ConsumerArgs]]
    """Who pulls, by the full path of the GitLab project or group."""
    runners: NotRequired[dict[str, RunnerOptions]]
    """GitLab runners by a name of your choice."""
    role_path: NotRequired[str]
    """The IAM path of everything in IAM, `/<prefix>/` by default. No other stack may use it: the rotator may assume
    every role under its `pull/`. Changing it recreates every role."""
    permissions_boundary: NotRequired[pulumi.Input[str]]
    """The ARN of the permissions boundary of every role and every user of `access-keys`. Without it, roles have none,
    and each such user gets its own, which allows only what it may pull."""
    max_session_duration: NotRequired[pulumi.Input[int]]
    """Seconds, 3600 (default) to 43200: the longest session of the roles that jobs and runners assume. The rotator's
    sessions still last an hour at most."""
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    """AWS tags for everything that can have them, including the machines and disks of a runner's launch template. A
    repository's own tags take precedence. Repositories that a cache creates have none: AWS would need a separate role
    for that."""
    rotation_backend: NotRequired[RotationBackend]
    """Where the rotator runs. `lambda` (default): a function in AWS. `gitlab`: a job on a pipeline schedule, with the
    same code and no compute in AWS; then `rotation.job` is required, and the first rotation is not part of `up`."""
    rotation: NotRequired[RotationArgs]
    """The rotator's settings."""


class RotationPartsArgs(TypedDict):
    """Who pulls what, and the rotator's account and region."""

    account: str
    """The 12 digits of the AWS account of the roles and the rotator."""
    region: str
    """Their region."""
    prefix: str
    """The beginning of every name; the same prefix that the components get."""
    stack: str
    """The stack's name, for reports and metrics: `pulumi.get_stack()`."""
    repositories: list[str]
    """The names of all repositories, whoever owns them, that patterns in `pull` can match. The rotator verifies each
    token with a repository that it must open and one that it must not."""
    consumers: dict[str, ConsumerArgs]
    """Who pulls, by the full path of the GitLab project or group. A consumer with `access-keys` also needs a `PullUser`
    whose `user` is that path."""
    gitlab: NotRequired[GitLabArgs]
    """The GitLab instance. Default: gitlab.com."""
    token_renewal: NotRequired[TokenRenewal]
    """Who renews the rotator's GitLab token: `own` (default), or `managed` by Secrets Manager; as `token_renewal` of
    `rotation` in `RegistryAccess`."""
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
    owner_ids: dict[str, GitLabNumber]
    """`owner_ids` of `Rotator`; empty where every `id` is a plain number."""

"""Private ECR images in GitLab CI from one declaration: who may pull what, kept true around the clock."""

from typing import Final, NotRequired, TypedDict, cast

import pulumi

from .consumers import derivation as consumers
from .consumers.args import ConsumerArgs, GitLabArgs
from .consumers.checks import check_consumers
from .consumers.ci_variables import CiVariables
from .consumers.forms import variables as variables_of
from .contract import plan as plans
from .declaration.checks import check_names
from .declaration.declared import declared
from .declaration.gitlab_instance import check_provider, makes_variables
from .declaration.parts import check_sizes, key_life_of
from .ecr.registry import CacheArgs, RegistryWideArgs
from .ecr.repositories import Repositories, RepositoryArgs
from .iam.args import IdentitiesArgs, JobIssuerArgs
from .iam.identities import Identities
from .iam.pull_user import PullUser
from .names.locations import place as where
from .names.naming import Names
from .rotator.args import RotationBackend, RotationJobArgs, RotatorArgs, VpcArgs
from .rotator.rotator import Rotator
from .runner.args import RunnerArgs, RunnerOptions
from .runner.identities import runner_identities
from .runner.runner import Runner


class RotationArgs(TypedDict):
    """The rotator's settings."""

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
    """Settings of the whole registry, for one stack of the account and region only."""
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


def makes_something_in_gitlab(args: RegistryAccessArgs) -> bool:
    """Whether the declaration makes variables, runners or schedules, so that Pulumi needs a token of GitLab.

    Raises:
        ValueError: the consumers are declared wrong.
    """
    names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
    declared_consumers = args.get("consumers", {})
    check_consumers(declared_consumers, consumers.gitlab_url(args.get("gitlab", {})))
    in_gitlab = args.get("rotation_backend") is RotationBackend.GITLAB
    return in_gitlab or bool(args.get("runners")) or makes_variables(names, declared_consumers, args["repositories"])


_OF_THE_PLAN: Final = ("access_key_age", "access_key_grace")


class _Place(TypedDict):
    account: str
    region: str
    prefix: str


class _Iam(TypedDict):
    role_path: str
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    permissions_boundary: NotRequired[pulumi.Input[str]]


class _Backend(TypedDict):
    backend: RotationBackend
    issuer: NotRequired[JobIssuerArgs]


class RegistryAccess(pulumi.ComponentResource):
    """Repositories, pull-only roles, CI/CD variables, runners and the rotator of one declaration."""

    repository_urls: pulumi.Output[dict[str, str]]
    """What to write as `image:`, without a tag, by repository name."""
    rotator: pulumi.Output[str]
    """Where the commands find the rotator: its function's name, for `--function`; with `rotationBackend: gitlab` the
    bucket of its code, for `--bucket`."""
    gitlab_token_secret: pulumi.Output[str]
    """The name of the secret that waits for the GitLab token."""

    def __init__(self, name: str, args: RegistryAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        # An input, not only an output: the JSON of a preview has a component's new inputs, but no new output.
        declaration = declared(
            args["account"], args["region"], args["repositories"], args.get("consumers", {}), args.get("runners", {})
        )
        super().__init__("gitlab-ecr:index:RegistryAccess", name, {"declaration": declaration}, opts)
        names = Names(args["account"], args["region"], args["prefix"], args.get("role_path", ""))
        gitlab, consumer_args = args.get("gitlab", {}), args.get("consumers", {})
        check_consumers(consumer_args, consumers.gitlab_url(gitlab))
        if makes_something_in_gitlab(args):
            check_provider(self, gitlab)
        check_names(names.account, args["repositories"], args.get("caches", {}), consumer_args, args.get("runners", {}))
        child = pulumi.ResourceOptions(parent=self)
        place: _Place = {"account": names.account, "region": names.region, "prefix": names.prefix}
        iam: _Iam = {"role_path": names.path}
        if "tags" in args:
            iam["tags"] = args["tags"]
        if "permissions_boundary" in args:
            iam["permissions_boundary"] = args["permissions_boundary"]

        repositories = Repositories(
            f"{name}-repositories",
            {
                "account": names.account,
                "region": names.region,
                "repositories": args["repositories"],
                "caches": args.get("caches", {}),
                "registry": args.get("registry", {}),
                "tags": args.get("tags", {}),
            },
            child,
        )
        in_gitlab = args.get("rotation_backend") is RotationBackend.GITLAB
        identity_args: IdentitiesArgs = {
            **place,
            **iam,
            "audiences": consumers.audiences(consumer_args),
            "jobs": consumers.jobs(gitlab, consumer_args),
            "issuer": consumers.issuer(gitlab),
            "trusts_jobs": in_gitlab,
            "runners": runner_identities(args.get("runners", {})),
        }
        if "max_session_duration" in args:
            identity_args["max_session_duration"] = args["max_session_duration"]
        identities = Identities(f"{name}-identities", identity_args, child)
        users = [
            PullUser(f"{name}-user-{path}", {**user, **iam}, child)
            for path, user in consumers.pull_users(names, consumer_args).items()
        ]
        variables = CiVariables(
            f"{name}-variables", {"variables": variables_of(names, consumer_args, args["repositories"])}, child
        )
        after_roles = pulumi.ResourceOptions(parent=self, depends_on=[identities])
        runners: list[Runner] = []
        for runner_name, runner in args.get("runners", {}).items():
            runner_args: RunnerArgs = {**place, "name": runner_name, "options": runner}
            runner_args["gitlab_url"] = consumers.gitlab_url(gitlab)
            if "tags" in args:
                runner_args["aws_tags"] = args["tags"]
            runners.append(Runner(f"{name}-runner-{runner_name}", runner_args, after_roles))
        rotation = args.get("rotation", {})
        life = key_life_of(rotation)
        plan = consumers.plan(names, args["stack"], gitlab, args["repositories"], consumer_args, life=life)
        check_sizes(plan)
        backend: _Backend = {"backend": args.get("rotation_backend", RotationBackend.LAMBDA)}
        if in_gitlab:
            backend["issuer"] = consumers.issuer(gitlab)
        own = {key: value for key, value in rotation.items() if key not in _OF_THE_PLAN}
        with where("rotation"):
            rotator = Rotator(
                f"{name}-rotator",
                cast("RotatorArgs", {**place, **iam, **backend, "plan": plans.dumps(plan), **own}),
                pulumi.ResourceOptions(parent=self, depends_on=[repositories, identities, variables, *users, *runners]),
            )
        self.repository_urls = repositories.urls
        self.rotator = rotator.code_bucket if in_gitlab else rotator.function_name
        self.gitlab_token_secret = rotator.gitlab_token_secret
        self.register_outputs(
            {
                "repositoryUrls": self.repository_urls,
                "rotator": self.rotator,
                "gitlabTokenSecret": self.gitlab_token_secret,
            }
        )

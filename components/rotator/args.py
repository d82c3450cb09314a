"""The rotator's arguments."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NotRequired, TypedDict, TypeVar

import pulumi

from ..arguments import numbers
from ..arguments.numbers import GitLabNumber
from ..contract import plan as plans
from ..iam.args import JobIssuerArgs
from ..names.naming import Names

Made = TypeVar("Made")


class RotationBackend(StrEnum):
    """Where the rotator runs."""

    LAMBDA = "lambda"
    GITLAB = "gitlab"


class RotationJobArgs(TypedDict):
    """The GitLab project whose pipeline schedules run the rotation."""

    project: str
    """Its full path, such as `acme/registry-access`. Anyone who may push to `branch` can get the rotator's GitLab
    token, so use a separate project."""
    branch: NotRequired[str]
    """The protected branch that the schedules run on. Default `main`."""
    id: NotRequired[GitLabNumber]
    """The project's number, required on gitlab.com: a path can be taken over by others after a rename."""
    namespace_id: NotRequired[GitLabNumber]
    """The number of the project's group, required on gitlab.com."""


class VpcArgs(TypedDict):
    """Where the rotator's functions have their network interfaces."""

    subnet_ids: list[pulumi.Input[str]]
    """Private subnets with a route to GitLab and to AWS: interface endpoints for sts, ecr.api, ecr.dkr, secretsmanager
    and ssm with private DNS, or a NAT gateway."""
    security_group_ids: list[pulumi.Input[str]]
    """Security groups that allow outbound HTTPS."""


class RotatorArgs(TypedDict):
    """What is rotated, how often, and who gets the alarms."""

    account: str
    """The twelve digits of the AWS account."""
    region: str
    """The region of the function."""
    prefix: str
    """Starts every name; 2 to 30 lower-case letters, digits and dashes."""
    role_path: NotRequired[str]
    """The IAM path of this stack's roles. Default `/<prefix>/`."""
    permissions_boundary: NotRequired[pulumi.Input[str]]
    """The ARN of a policy that bounds the roles made here. Default: none."""
    plan: str
    """The plan as JSON: from `rotation_parts`, which knows who pulls what."""
    owner_ids: NotRequired[dict[str, GitLabNumber]]
    """The numbers of those projects and groups, by path, whose number is an output of another resource. Until it is
    known, the plan holds the path instead. From `rotation_parts`, too."""
    backend: NotRequired[RotationBackend]
    """`lambda` (default): functions on EventBridge schedules. `gitlab`: jobs of a GitLab project on pipeline schedules,
    by the same code; see `job`."""
    job: NotRequired[RotationJobArgs]
    """The project of the jobs; required with backend `gitlab`, refused otherwise."""
    issuer: NotRequired[JobIssuerArgs]
    """With backend `gitlab`: the GitLab instance whose OIDC tokens the jobs use to assume their roles. The account's
    OIDC provider for it must exist; `Identities` creates it with `trusts_jobs`. Default: gitlab.com."""
    adopt_token_secret: NotRequired[bool]
    """The secret of the GitLab token, `<prefix>/gitlab-token`, exists already and stays as it is: it is no resource of
    this stack, and stays when the stack is destroyed. Only for one that this stack did not make, such as by
    `gitlab-ecr token set --secret`. Default false."""
    interval: NotRequired[str]
    """The time between two runs. Default `2 hours`; 15 minutes or more. With backend `gitlab`, a divisor of an hour or
    a day."""
    tolerate_outage: NotRequired[str]
    """For how long every run may fail without an expired token anywhere. Default `7 hours`. Refused when the interval
    makes it impossible within the 12 hours that ECR's tokens live."""
    log_retention_days: NotRequired[pulumi.Input[int]]
    """How long CloudWatch keeps the reports. Default 90 days. Only with Lambda: a job's log is kept by GitLab."""
    alarm_emails: NotRequired[list[str]]
    """Who gets an e-mail for each alarm, after confirming the subscription that SNS sends first. Default: nobody."""
    alarm_topics: NotRequired[list[pulumi.Input[str]]]
    """ARNs of further SNS topics that alarms go to, besides the rotator's own."""
    vpc: NotRequired[VpcArgs]
    """For a GitLab that is not reachable from the internet. Default: no VPC, which needs no NAT gateway. Only with
    Lambda: a job runs in its runner's network."""
    reserved_concurrency: NotRequired[int]
    """How many runs may happen at the same time; 1 makes them wait for each other. Default: not reserved, since AWS
    requires 100 unreserved in the account. Overlapping runs do no harm. Only with Lambda."""
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    """Tags of everything here that can have them."""


@dataclass(frozen=True)
class ResourceContext:
    """What the functions that create a rotator's resources need.

    Attributes:
        name: the component's name, which starts the names of its resources.
        args: the component's arguments.
        names: the names in AWS.
        child: the options of each resource.
    """

    name: str
    args: RotatorArgs
    names: Names
    child: pulumi.ResourceOptions

    def of_plan(self, make: Callable[[str], Made]) -> pulumi.Input[Made]:
        """What is made of the plan, with every number in its place; an output where a number is one."""
        text, ids = self.args["plan"], self.args.get("owner_ids", {})
        if not ids:
            return make(text)
        found = {path: numbers.text(number, "owner_ids", path) for path, number in ids.items()}
        return pulumi.Output.all(**found).apply(lambda known: make(plans.with_owners(text, known)))

    def after(self, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
        """The options of a resource that depends on others."""
        return pulumi.ResourceOptions.merge(self.child, pulumi.ResourceOptions(depends_on=list(resources)))

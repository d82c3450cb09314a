"""The rotator's arguments."""

from dataclasses import dataclass
from typing import NotRequired, TypedDict

import pulumi

from .documents.naming import Names


class VpcArgs(TypedDict):
    """Where the rotator's functions have their network interfaces."""

    subnet_ids: list[pulumi.Input[str]]
    """Private subnets with a way to GitLab and to AWS: interface endpoints for sts, ecr.api, ecr.dkr, secretsmanager
    and ssm with private DNS, or a NAT gateway."""
    security_group_ids: list[pulumi.Input[str]]
    """Security groups that let HTTPS out."""


class RotatorArgs(TypedDict):
    """What is rotated, how often, and who hears of it."""

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
    """The plan as JSON, from `documents.plan.dumps`."""
    interval: NotRequired[str]
    """From one run to the next. Default `2 hours`; 15 minutes or more."""
    tolerate_outage: NotRequired[str]
    """For how long every run may fail without an expired token anywhere. Default `7 hours`. Refused when the interval
    makes it impossible within the 12 hours that ECR's tokens live."""
    log_retention_days: NotRequired[pulumi.Input[int]]
    """How long CloudWatch keeps the reports. Default 90 days."""
    alarm_emails: NotRequired[list[str]]
    """Who gets a mail of each alarm, after confirming SNS's first one. Default: nobody."""
    alarm_topics: NotRequired[list[pulumi.Input[str]]]
    """ARNs of further SNS topics that alarms go to, besides the rotator's own."""
    vpc: NotRequired[VpcArgs]
    """For a GitLab that is not reachable from the internet. Default: no VPC, which needs no NAT gateway."""
    reserved_concurrency: NotRequired[int]
    """How many runs at once, 1 makes them one after the other. Default: not reserved, as AWS wants 100 left unreserved
    in the account. Overlapping runs do no harm without it."""
    tags: NotRequired[dict[str, pulumi.Input[str]]]
    """Tags of everything here that can have them."""


@dataclass(frozen=True)
class Place:
    """Where a rotator's resources are made.

    Attributes:
        name: the component's; starts theirs.
        args: the component's.
        names: of everything in AWS.
        child: options of each resource.
    """

    name: str
    args: RotatorArgs
    names: Names
    child: pulumi.ResourceOptions

    def after(self, *resources: pulumi.Resource) -> pulumi.ResourceOptions:
        """Options of a resource that is made after others."""
        return pulumi.ResourceOptions.merge(self.child, pulumi.ResourceOptions(depends_on=list(resources)))

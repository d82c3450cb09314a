"""Trust policies: who may assume which of this stack's roles.

Trust in GitLab jobs has its own rules and its own module, `gitlab_trust`.
"""

from ..names.naming import Names
from .actions import ASSUME_ROLE_ACTION
from .policies import Document, document


def pull_role_trust(names: Names, rotator_role_arn: str = "") -> Document:
    """Trust of a pull-only role: one role of the account, the rotator's.

    The principal is the account, not that role: IAM would refuse a principal that does not exist yet, and would
    replace it by a dead id when the role is made anew. The condition holds through both.
    """
    return document(
        {
            "Sid": "RotatorOnly",
            "Effect": "Allow",
            "Principal": {"AWS": names.arn("iam", "root", region="")},
            "Action": ASSUME_ROLE_ACTION,
            "Condition": {"ArnEquals": {"aws:PrincipalArn": rotator_role_arn or names.rotator_role_arn}},
        }
    )


def lambda_trust(account: str) -> Document:
    """Trust of an execution role: Lambda, on behalf of functions of this account."""
    return _service_trust("lambda.amazonaws.com", {"StringEquals": {"aws:SourceAccount": account}})


def scheduler_trust(account: str, schedule_group_arn: str) -> Document:
    """Trust of a schedule's role: EventBridge Scheduler, for schedules of one group.

    The group is the narrowest source that Scheduler sends; a single schedule's ARN would never match.
    """
    return _service_trust(
        "scheduler.amazonaws.com",
        {"StringEquals": {"aws:SourceAccount": account}, "ArnEquals": {"aws:SourceArn": schedule_group_arn}},
    )


def instance_trust() -> Document:
    """Trust of an instance profile's role.

    EC2 sends no source to hold it to; only instances of the own account can be given the profile.
    """
    return _service_trust("ec2.amazonaws.com", {})


def _service_trust(service: str, condition: Document) -> Document:
    statement: Document = {
        "Sid": "ServiceOnly",
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ASSUME_ROLE_ACTION,
    }
    return document({**statement, "Condition": condition} if condition else statement)

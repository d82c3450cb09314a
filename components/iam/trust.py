"""Trust policies: who may assume which of this stack's roles.

Trust policies for GitLab jobs have their own module, `gitlab_trust`.
"""

from ..names.naming import Names
from .actions import ASSUME_ROLE_ACTION
from .policies import Document, document


def pull_role_trust(names: Names, rotator_role_arn: str = "") -> Document:
    """The trust policy of a pull-only role: only the rotator's role may assume it.

    The principal is the account, with a condition on the role. As a principal, IAM would refuse a role that does not
    exist yet, and would turn it into a dead id if the role were recreated. The condition survives both.
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
    """The trust policy of an execution role: Lambda, on behalf of functions of this account."""
    return _service_trust("lambda.amazonaws.com", {"StringEquals": {"aws:SourceAccount": account}})


def scheduler_trust(account: str, schedule_group_arn: str) -> Document:
    """The trust policy of a schedule's role: EventBridge Scheduler, for schedules of one group.

    The group is the narrowest source that Scheduler sends; a single schedule's ARN would never match.
    """
    return _service_trust(
        "scheduler.amazonaws.com",
        {"StringEquals": {"aws:SourceAccount": account}, "ArnEquals": {"aws:SourceArn": schedule_group_arn}},
    )


def secrets_manager_trust(account: str, secret_arn: str) -> Document:
    """The trust policy of the role by which Secrets Manager renews a token: for one secret of this account.

    Args:
        account: the account of the secret.
        secret_arn: the secret, from `secret_arn_pattern`.
    """
    return _service_trust(
        "secretsmanager.amazonaws.com",
        {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": secret_arn}},
    )


def instance_trust() -> Document:
    """The trust policy of an instance profile's role.

    EC2 sends no source that a condition could check; only instances of the same account can have the profile.
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

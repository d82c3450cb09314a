"""Reads a role from IAM, with the AWS credentials of the environment."""

from typing import Any, Final

from ..aws_calls import aws_call, aws_client
from ..errors import CliError
from .facts import Role

_PAGE: Final = 100


def role_of(arn: str) -> Role | str:
    """The role with its inline policies, or why IAM does not show it."""
    name = arn.rpartition("/")[2]
    try:
        iam: Any = aws_client("iam")
        shown = aws_call(name, iam.get_role, RoleName=name)["Role"]
        names = aws_call(name, iam.list_role_policies, RoleName=name, MaxItems=_PAGE)["PolicyNames"]
        policies = [
            aws_call(name, iam.get_role_policy, RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in names
        ]
        attached = aws_call(name, iam.list_attached_role_policies, RoleName=name)["AttachedPolicies"]
    except CliError as error:
        return error.message
    if shown["Arn"] != arn:
        return f"AWS has a role of that name with another ARN: {shown['Arn']}"
    return Role(shown["AssumeRolePolicyDocument"], tuple(policies), complete=not attached)

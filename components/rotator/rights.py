"""The policies of the rotator's roles, in Lambda or GitLab."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from ..contract import plan
from ..iam import policies as iam_policies
from ..iam.policies import Document
from ..iam.secret_policies import secret_arn_pattern, secrets_manager, write_secrets_statements
from ..names.naming import Names
from .args import ResourceContext


def rotation_policy(names: Names, wanted: plan.Plan, own: Sequence[Document]) -> Document:
    """The rotation's policy; `own` is what it needs to run in Lambda or in a GitLab job."""
    return iam_policies.rotator_policy(
        pull_roles_arn=names.role_arn("*", names.pull_path),
        secret_arns=_secret_arns(names, plan.secrets(wanted)),
        state_arn=names.arn("ssm", f"parameter{names.rotator_state}"),
        written=_written(names, wanted),
        pull_user_arns=[user.arn for user in wanted.key_users],
        own=own,
    )


def renewal_policy(names: Names, token_secret: str, own: Sequence[Document]) -> Document:
    """The renewal's policy; `own` as for the rotation."""
    return iam_policies.renewal_policy(secret_arns=_secret_arns(names, [token_secret]), own=own)


def role(
    context: ResourceContext, key: str, role_name: str, trust: pulumi.Input[str], *after: pulumi.Resource
) -> aws.iam.Role:
    """A role of this stack's path."""
    return aws.iam.Role(
        f"{context.name}-{key}-role",
        name=role_name,
        path=context.names.path,
        assume_role_policy=trust,
        permissions_boundary=context.args.get("permissions_boundary"),
        tags=context.args.get("tags"),
        opts=context.after(*after) if after else context.child,
    )


def inline_policy(
    context: ResourceContext, key: str, of: aws.iam.Role, policy_name: str, policy: Document
) -> aws.iam.RolePolicy:
    """The inline policy of a role."""
    text = iam_policies.checked_size(policy, "role", "rotator")
    return aws.iam.RolePolicy(
        f"{context.name}-{key}-role", name=policy_name, role=of.name, policy=text, opts=context.child
    )


def _secret_arns(names: Names, secrets: list[str]) -> list[str]:
    return [secret_arn_pattern(names.secret_arn(secret)) for secret in secrets]


def _written(names: Names, wanted: plan.Plan) -> Sequence[Document]:
    if not wanted.secrets:
        return ()
    keys = sorted({target.kms_key for target in wanted.secrets if target.kms_key is not None})
    return write_secrets_statements(names.secret_arn(names.audience_secret("*")), secrets_manager(names), keys)

"""The renewal of the GitLab token by Secrets Manager itself: its schedule, and the role that it uses.

The secret is not a resource of a stack. It needs a value before its rotation can be set up, its type cannot be changed
afterwards, and a stack that owned it would delete a living token with it.
"""

from collections.abc import Sequence
from typing import Final

import pulumi
import pulumi_aws as aws

from ..contract.token_renewal import LIFE_DAYS, RENEWED_AFTER_DAYS
from ..iam.policies import policy_json
from ..iam.secret_policies import managed_renewal_policy, secret_arn_pattern
from ..iam.trust import secrets_manager_trust
from .args import ResourceContext
from .rights import inline_policy, role

# The provider shows the secret's ARN in place of the name, and would replace the renewal with every `up`.
_AS_AN_ARN: Final = pulumi.ResourceOptions(ignore_changes=["secretId"])


def managed_renewal(context: ResourceContext, token_secret: str, after: Sequence[pulumi.Resource]) -> None:
    """Creates role and schedule. They come last: if the secret does not exist yet, everything else does."""
    names = context.names
    secret_arn = secret_arn_pattern(names.secret_arn(token_secret))
    # The key is the same as the own renewal's, so that changing who renews changes the role in place.
    trusted = role(context, "renewal", names.renewal, policy_json(secrets_manager_trust(names.account, secret_arn)))
    rights = inline_policy(context, "renewal", trusted, "rotator", managed_renewal_policy(secret_arn))
    pulumi.log.info(
        f"tokenRenewal managed: `up` needs a GitLab token in the secret {token_secret} and renews it at once. Unless "
        f"it holds one, run first: gitlab-ecr token set --secret {token_secret} --managed",
        resource=context.child.parent,
    )
    aws.secretsmanager.SecretRotation(
        # The name holds the secret's, so that another secret is another resource: see `ignore_changes`.
        f"{context.name}-{token_secret}",
        secret_id=token_secret,
        external_secret_rotation_role_arn=names.role_arn(names.renewal, names.path),
        # Without it, GitLab would give the new token one week.
        external_secret_rotation_metadatas=[{"key": "daysToExpiry", "value": str(LIFE_DAYS)}],
        # At once, so that a mistake shows while a person is watching, not a month later.
        rotate_immediately=True,
        rotation_rules={"automatically_after_days": RENEWED_AFTER_DAYS},
        opts=pulumi.ResourceOptions.merge(context.after(rights, *after), _AS_AN_ARN),
    )

"""A rotator's secrets: the one with its GitLab token, and those that it writes for jobs."""

import pulumi
import pulumi_aws as aws

from ..contract import plan
from .args import ResourceContext


def secrets(context: ResourceContext, wanted: plan.Plan) -> list[pulumi.Resource]:
    """Creates the secrets, empty: their values are never inputs, and never in the state."""
    makes_it = wanted.gitlab is not None and wanted.gitlab.token_renewal is plan.TokenRenewal.OWN
    own = makes_it and not context.args.get("adopt_token_secret", False)
    return [*([_token_secret(context)] if own else []), *(_login(context, target) for target in wanted.secrets)]


def _token_secret(context: ResourceContext) -> pulumi.Resource:
    return aws.secretsmanager.Secret(
        f"{context.name}-gitlab-token",
        name=context.names.gitlab_token_secret,
        description="The GitLab token that writes the CI/CD variables; `gitlab-ecr token set` stores it",
        recovery_window_in_days=0,  # otherwise the name stays taken, and a valid token readable, after `destroy`
        tags=context.args.get("tags"),
        opts=context.child,
    )


def _login(context: ResourceContext, target: plan.SecretTarget) -> pulumi.Resource:
    return aws.secretsmanager.Secret(
        f"{context.name}-audience-{target.audience}",
        name=target.secret,
        description=f"Login of jobs, pull-only: audience {target.audience}",
        kms_key_id=target.kms_key,
        recovery_window_in_days=0,  # as above: otherwise a consumer could not be removed and added again
        tags=context.args.get("tags"),
        opts=context.child,
    )

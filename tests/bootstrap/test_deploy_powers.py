"""What docs/security.md says a deployment can do is exactly what it can do."""

from pathlib import Path
from typing import Final

import pytest
from bootstrap_lab import KEY, NAMES, deploys
from policy_evaluator import Request, allowed

from components.bootstrap.policies import boundary
from components.iam.policies import rotator_policy

_PAGE: Final = Path(__file__).parents[2] / "docs" / "security.md"
_ANY: Final = "arn:aws:ecr:us-east-1:123456789012:repository/of/another-team"
_ROTATOR: Final = NAMES.arn("iam", "role/gitlab-ecr-prod/gitlab-ecr-prod-rotator", "")
_OWN_ROLE: Final = NAMES.arn("iam", "role/gitlab-ecr-x/anything", "")
_TOKEN: Final = NAMES.arn("secretsmanager", "secret:gitlab-ecr-prod/gitlab-token-a1b2c3")
_BOUND: Final = {"iam:PermissionsBoundary": NAMES.boundary_arn}
_PARAMETER: Final = NAMES.arn("ssm", "parameter/gitlab-ecr-prod/runner/build/config.toml")

_POWERS: Final[dict[str, list[tuple[str, str, dict[str, str]]]]] = {
    "Every ECR repository of the account": [
        (f"ecr:{action}", _ANY, {})
        for action in ("CreateRepository", "DeleteRepository", "SetRepositoryPolicy", "PutImageTagMutability")
    ],
    "The whole registry": [
        (f"ecr:{action}", "*", {})
        for action in (
            *("PutRegistryPolicy", "PutReplicationConfiguration", "PutRegistryScanningConfiguration"),
            "CreatePullThroughCacheRule",
        )
    ],
    "Every image": [
        (f"iam:{action}", _OWN_ROLE, _BOUND) for action in ("CreateRole", "PutRolePolicy", "UpdateAssumeRolePolicy")
    ],
    "The runners' parameters": [("ssm:GetParameter", _PARAMETER, {}), ("ssm:PutParameter", _PARAMETER, {})],
    "The rotator's GitLab token": [
        ("lambda:CreateFunction", NAMES.arn("lambda", "function:gitlab-ecr-own"), {}),
        ("lambda:InvokeFunction", NAMES.arn("lambda", "function:gitlab-ecr-own"), {}),
        ("iam:PassRole", _ROTATOR, {"iam:PassedToService": "lambda.amazonaws.com"}),
    ],
    "The secrets in every stack's state": [("kms:Decrypt", KEY, {"kms:EncryptionContext:stack": "prod"})],
}


@pytest.mark.parametrize("power", _POWERS)
def test_a_deployment_can_do_what_the_page_says(power: str) -> None:
    assert f"- {power}" in _PAGE.read_text()
    assert [action for action, arn, context in _POWERS[power] if not deploys(action, arn, **context)] == []


def test_the_page_names_each_power() -> None:
    _, _, rest = _PAGE.read_text().partition("**What the deploy role can do**")
    message = [line for line in rest.partition("\nIt cannot change")[0].splitlines() if line.startswith("- ")]
    assert len(message) == len(_POWERS)


def test_a_role_that_a_deployment_makes_can_push_and_pull_every_image_within_the_boundary() -> None:
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    for action in ("ecr:PutImage", "ecr:BatchGetImage"):
        assert allowed(Request(_OWN_ROLE, action, _ANY), [everything], boundary=boundary(NAMES))


def test_a_deployment_cannot_read_the_token_but_the_rotators_role_can() -> None:
    assert not deploys("secretsmanager:GetSecretValue", _TOKEN)
    policy = rotator_policy(pull_roles_arn=_ROTATOR, secret_arns=[_TOKEN])
    assert allowed(Request(_ROTATOR, "secretsmanager:GetSecretValue", _TOKEN), [policy], boundary=boundary(NAMES))

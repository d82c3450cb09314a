"""The rotation's rights in either backend, as their tests expect them: actions and resource by statement."""

from typing import Any, Final

ROTATION: Final[dict[str, Any]] = {
    "AssumePullRoles": ("sts:AssumeRole", "arn:aws:iam::123456789012:role/gitlab-ecr/pull/*"),
    "ReadSecrets": (
        "secretsmanager:GetSecretValue",
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:gitlab-ecr/gitlab-token-??????",
    ),
    "RememberFailures": (
        ["ssm:GetParameter", "ssm:PutParameter"],
        "arn:aws:ssm:eu-central-1:123456789012:parameter/gitlab-ecr/rotator/state",
    ),
}

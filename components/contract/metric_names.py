"""The metrics that a rotation reports: the rotator writes them, alarms and dashboard read them."""

from enum import StrEnum
from typing import Final

NAMESPACE: Final = "GitLabEcr"
DIMENSION: Final = "Stack"
"""The one dimension of every metric; its value is the stack's name."""


class Metric(StrEnum):
    """A metric's name in CloudWatch."""

    ROTATION_SUCCESS = "RotationSuccess"
    """1 when every audience's tokens were minted and verified, and at least one of its targets holds them; else 0."""
    TOKEN_SECONDS_REMAINING = "TokenSecondsRemaining"  # noqa: S105 - a metric's name
    """The minimum over all targets whose token is known, except targets that are gone."""
    TARGETS_FAILED = "TargetsFailed"
    TARGETS_GONE = "TargetsGone"
    TOKEN_DIED_EARLY = "TokenDiedEarly"  # noqa: S105 - a metric's name
    """How many tokens a registry refused before they expired."""
    GITLAB_TOKEN_DAYS_REMAINING = "GitLabTokenDaysRemaining"  # noqa: S105 - a metric's name
    """Days until the rotator's own GitLab token expires."""

"""Lifecycle policies of ECR repositories."""

from typing import Any, Final

UNTAGGED_DAYS: Final = 30


def lifecycle_policy() -> dict[str, Any]:
    """Untagged images go 30 days after they were last pulled, so that a digest still in use survives."""
    return {
        "rules": [
            {
                "rulePriority": 1,
                "description": f"untagged images, {UNTAGGED_DAYS} days after they were last pulled",
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "sinceImagePulled",
                    "countUnit": "days",
                    "countNumber": UNTAGGED_DAYS,
                },
                "action": {"type": "expire"},
            }
        ]
    }

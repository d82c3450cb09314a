"""Repositories only: ECR with secure defaults, for whatever pulls from it."""

import pulumi
from gitlab_ecr import Repositories, Upstream

repositories = Repositories(
    "images",
    {
        "account": "123456789012",
        "region": "eu-central-1",
        "repositories": {
            "ci/python": {
                "mutable_tags": ["3.*"],  # ECR refuses a second push to any other tag
                "protected_tags": ["3.*"],
            },
            "app/api": {
                "lifecycle_rules": [{"tags": ["review-*"], "days_since_pushed": 14}],
                "pull": {"accounts": ["210987654321"]},  # where it runs
                "lambda_accounts": ["123456789012"],
                "protect": True,
            },
        },
        "caches": {"public": {"upstream": Upstream.ECR_PUBLIC, "days": 30}},
    },
)

pulumi.export("urls", repositories.urls)

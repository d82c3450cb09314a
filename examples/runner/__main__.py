"""A runner only: it pulls with the credential helper and its instance role, so there is no secret to rotate."""

import pulumi
from gitlab_ecr import Identities, Runner

account, region, prefix = "123456789012", "eu-central-1", "runners"

identities = Identities(
    "identities",
    {
        "account": account,
        "region": region,
        "prefix": prefix,
        "audiences": {},
        "runners": {"docker": {"pull": ["ci/*"]}},
    },
)
runner = Runner(
    "docker",
    {
        "account": account,
        "region": region,
        "prefix": prefix,
        "name": "docker",
        "options": {
            "group_id": 20,
            "tags": ["docker"],
            "concurrent": 4,
            "docker": {
                "image": f"{account}.dkr.ecr.{region}.amazonaws.com/ci/python:3.13",
                "allowed_images": [f"{account}.dkr.ecr.{region}.amazonaws.com/**"],
            },
            "images": [f"{account}.dkr.ecr.{region}.amazonaws.com/ci/python:3.13"],
            "machine": {"image_id": "ami-0123456789abcdef0"},
        },
    },
    pulumi.ResourceOptions(depends_on=[identities]),
)

pulumi.export("explanation", runner.explanation)
pulumi.export("runnerRoles", identities.runner_role_arns)

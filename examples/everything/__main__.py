"""Everything: what a stack file can say, and beside it what is for programs only."""

import pulumi
from gitlab_ecr import Identities, RegistryAccess
from gitlab_ecr.consumer_args import Access

account, region, prefix = "123456789012", "eu-central-1", "gitlab-ecr-prod"
passwords = pulumi.Config().require_secret_object("passwords")

access = RegistryAccess(
    "access",
    {
        "account": account,
        "region": region,
        "prefix": prefix,
        "stack": pulumi.get_stack(),
        "gitlab": {"url": "https://gitlab.example.com"},
        "repositories": {
            "ci/python": {"mutable_tags": ["3.*"]},
            "ci/node": {},
            "app/api": {"protect": True},
        },
        "consumers": {
            "acme/backend": {"kind": "group", "id": 20, "pull": ["ci/*"]},
            "acme/api": {"pull": ["ci/node"], "push": ["app/api"], "branches": ["main"], "tags": ["v1.0.0"]},
            "acme/legacy": {"access": Access.ACCESS_KEYS, "long_lived_keys": True, "pull": ["app/api"]},
            "acme/partner": {
                "access": Access.STATIC,
                "auths": {"registry.example.com": {"username": "ci", "password": passwords["registry.example.com"]}},
            },
        },
        "runners": {
            "docker": {
                "group_id": 20,
                "tags": ["docker"],
                "docker": {"image": f"{account}.dkr.ecr.{region}.amazonaws.com/ci/python:3.13"},
                "machine": {"image_id": "ami-0123456789abcdef0"},
            }
        },
        "rotation": {"interval": "2 hours", "tolerate_outage": "7 hours"},
    },
)
# The runner's instance role: what its machine may pull, whoever's job runs on it.
runner_roles = Identities(
    "runners",
    {
        "account": account,
        "region": region,
        "prefix": prefix,
        "audiences": {},
        "runners": {"docker": {"pull": ["ci/*"]}},
    },
)

pulumi.export("repositoryUrls", access.repository_urls)
pulumi.export("gitlabTokenSecret", access.gitlab_token_secret)
pulumi.export("runnerRoles", runner_roles.runner_role_arns)

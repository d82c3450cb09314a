"""Everything that a stack file can declare, declared by a program."""

import pulumi
import pulumi_gitlab as gitlab
from gitlab_ecr import Access, OwnerKind, RegistryAccess, Upstream

account, region = "123456789012", "eu-central-1"
passwords = pulumi.Config().require_secret_object("passwords")

# The provider reads its token from GITLAB_TOKEN. Without this one, a token of your own instance would go to gitlab.com.
instance = gitlab.Provider("gitlab", base_url="https://gitlab.example.com/api/v4/")

access = RegistryAccess(
    "access",
    {
        "account": account,
        "region": region,
        "prefix": "gitlab-ecr-prod",
        "stack": pulumi.get_stack(),
        "gitlab": {"url": "https://gitlab.example.com"},
        "repositories": {
            "ci/python": {"mutable_tags": ["3.*"]},
            "ci/node": {},
            "app/api": {"protect": True},
        },
        "caches": {"public": {"upstream": Upstream.ECR_PUBLIC, "days": 30}},
        "consumers": {
            "acme/backend": {"kind": OwnerKind.GROUP, "id": 20, "pull": ["ci/*"], "caches": ["public"]},
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
                "access": {"pull": ["ci/*"], "caches": ["public"]},  # for every job on it
                "machine": {"image_id": "ami-0123456789abcdef0"},
            }
        },
        "tags": {"team": "platform"},
        "rotation": {"interval": "2 hours", "tolerate_outage": "7 hours"},
    },
    pulumi.ResourceOptions(providers=[instance]),
)

pulumi.export("repositoryUrls", access.repository_urls)
pulumi.export("gitlabTokenSecret", access.gitlab_token_secret)

"""Arguments with which each component makes every kind of resource that it can make."""

from typing import Any, Final

import pulumi

from components.consumers.args import ConsumerArgs
from components.declaration.parts import rotation_parts
from components.ecr.pull_through import Upstream
from components.names.access import Access
from components.variables.targets import OwnerKind
from plugin.provider import CLASSES

ACCOUNT, REGION, PREFIX = "123456789012", "eu-central-1", "gitlab-ecr-prod"
HOST: Final = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
INSTANCE: Final = "https://gitlab.example.com"
_PLACE: Final = {"account": ACCOUNT, "region": REGION, "prefix": PREFIX}
_TAGS: Final = {"team": "platform"}
_RUNNER: Final[dict[str, Any]] = {
    "group_id": 20,
    "tags": ["docker"],
    "concurrent": 4,
    "maximum_timeout": 3600,
    "docker": {"image": f"{HOST}/ci/python:3.13", "more": {"cpus": "1.5", "ulimit": {"nofile": "1024:1024"}}},
    "access": {"pull": ["ci/*"], "caches": ["public"]},
    "machine": {"image_id": "ami-0123456789abcdef0", "disk_gib": 80},
}
_REPOSITORIES: Final[dict[str, Any]] = {
    "ci/python": {"mutable_tags": ["3.*"], "tags": {"owner": "ci"}},
    "ci/node": {},
    "app/api": {"protect": True, "kms_key": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"},
}
_CACHES: Final[dict[str, Any]] = {"public": {"upstream": Upstream.ECR_PUBLIC, "days": 30}}
_CONSUMERS: Final[dict[str, Any]] = {
    "acme/backend": {"kind": OwnerKind.GROUP, "id": 20, "pull": ["ci/*"], "caches": ["public"], "generation": 2},
    "acme/api": {"pull": ["ci/node"], "push": ["app/api"], "branches": ["main"], "tags": ["v1.0.0"]},
    "acme/legacy": {"access": Access.ACCESS_KEYS, "long_lived_keys": True, "pull": ["app/api"]},
    "acme/partner": {
        "access": Access.STATIC,
        "auths": {"registry.example.com": {"username": "ci", "password": "fake-password"}},
    },
}
_WEB: Final[dict[str, ConsumerArgs]] = {"acme/web": {"pull": ["ci/*"]}}
_PARTS: Final = rotation_parts(
    {
        "account": ACCOUNT,
        "region": REGION,
        "prefix": PREFIX,
        "stack": "prod",
        "repositories": list(_REPOSITORIES),
        "consumers": _WEB,
    }
)

ARGUMENTS: Final[dict[str, dict[str, Any]]] = {
    "Bootstrap": {"account": ACCOUNT, "region": REGION, "project": "acme/infra", "gitlab_url": INSTANCE},
    "CiVariables": {
        "variables": {
            "web": {"owner_kind": OwnerKind.PROJECT, "owner": "acme/web"},
            "all": {"owner_kind": OwnerKind.GROUP, "owner": "20", "key": "TOKEN", "value": "fake-value"},
        }
    },
    "Identities": {
        **_PLACE,
        "audiences": {"acme/web": {"pull": ["ci/*"], "generation": 2}},
        "jobs": {"acme/api": {"project": "acme/api", "push": ["app/api"], "branches": ["main"]}},
        "issuer": {"url": INSTANCE},
        "runners": {"docker": {"pull": ["ci/*"]}},
        "max_session_duration": 7200,
        "tags": _TAGS,
    },
    "PullUser": {**_PLACE, "user": "acme/legacy", "pull": ["app/api"], "long_lived_keys": True, "tags": _TAGS},
    "RegistryAccess": {
        **_PLACE,
        "stack": "prod",
        "gitlab": {"url": INSTANCE, "requests_per_second": 20},
        "repositories": _REPOSITORIES,
        "caches": _CACHES,
        "registry": {"scan_on_push": ["*"]},
        "consumers": _CONSUMERS,
        "runners": {"docker": _RUNNER},
        "max_session_duration": 7200,
        "tags": _TAGS,
        "rotation": {"interval": "2 hours", "log_retention_days": 30, "alarm_emails": ["ci@example.com"]},
    },
    "Repositories": {
        "account": ACCOUNT,
        "region": REGION,
        "repositories": _REPOSITORIES,
        "caches": _CACHES,
        "tags": _TAGS,
    },
    "Rotator": {**_PLACE, "plan": _PARTS["plan"], "log_retention_days": 30, "tags": _TAGS},
    "Runner": {**_PLACE, "name": "docker", "gitlab_url": INSTANCE, "aws_tags": _TAGS, "options": _RUNNER},
}
"""By the class's name."""


def answers() -> dict[str, dict[str, Any]]:
    """What providers answer beyond the inputs, by type; made anew, since a secret belongs to one event loop."""
    return {
        "gitlab:index/userRunner:UserRunner": {"id": "9171", "token": pulumi.Output.secret("glrt-fake-0000")},
        "aws:kms/key:Key": {"arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/fake", "keyId": "fake"},
    }


def make(name: str, options: pulumi.ResourceOptions | None = None, /, **changed: Any) -> pulumi.ComponentResource:
    """The component `it`, with these arguments."""
    (made,) = [each for each in CLASSES if each.__name__ == name]
    factory: Any = made
    return factory("it", {**ARGUMENTS[name], **changed}, options)

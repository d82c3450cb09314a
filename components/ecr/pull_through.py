"""Pull-through caches: ECR fetches images from upstream registries and keeps them.

Source: ECR user guide, "Pull through cache", and `CreatePullThroughCacheRule`.
"""

import re
from enum import StrEnum
from typing import Any, Final

from ..names.choices import choice
from ..names.repository_names import repository_name
from .lifecycle_rules import lifecycle_policy


class Upstream(StrEnum):
    """An upstream registry that ECR caches."""

    DOCKER_HUB = "docker-hub"
    ECR_PUBLIC = "ecr-public"
    GHCR = "ghcr"
    GITLAB = "gitlab"
    K8S = "k8s"
    QUAY = "quay"


_HOST_OF: Final = {
    Upstream.DOCKER_HUB: "registry-1.docker.io",
    Upstream.ECR_PUBLIC: "public.ecr.aws",
    Upstream.GHCR: "ghcr.io",
    Upstream.GITLAB: "registry.gitlab.com",
    Upstream.K8S: "registry.k8s.io",
    Upstream.QUAY: "quay.io",
}
_WITH_CREDENTIAL: Final = (Upstream.DOCKER_HUB, Upstream.GHCR, Upstream.GITLAB)
_CREDENTIAL: Final = re.compile(r"arn:aws[a-z-]*:secretsmanager:[^:]+:\d{12}:secret:ecr-pullthroughcache/[\w/+=.@-]+")
_LONGEST_PREFIX: Final = 30


def cache_prefix(text: str) -> str:
    """Returns `text` if ECR accepts it as the prefix of a cache.

    Raises:
        ValueError: ECR does not.
    """
    if len(text) > _LONGEST_PREFIX:
        raise ValueError(f"prefix: got {text!r}; write at most {_LONGEST_PREFIX} characters, such as docker-hub")
    return repository_name(text, "prefix")


def upstream_host(upstream: Upstream, *, has_credential: bool) -> str:
    """The host of an upstream registry.

    Raises:
        ValueError: ECR does not cache it, or it needs a credential and has none, or the reverse.
    """
    upstream = choice(Upstream, upstream, "upstream")
    if upstream in _WITH_CREDENTIAL and not has_credential:
        raise ValueError(
            f"credential_arn: got none; ECR fetches from {upstream} only with a credential: write the ARN of a secret "
            'ecr-pullthroughcache/<name> that holds {"username": ..., "accessToken": ...}'
        )
    if upstream not in _WITH_CREDENTIAL and has_credential:
        raise ValueError(f"credential_arn: {upstream} is fetched from without a credential; leave it out")
    return _HOST_OF[upstream]


def credential_arn(text: str) -> str:
    """Returns `text` if ECR accepts it as the ARN of a cache's credential.

    Raises:
        ValueError: ECR does not.
    """
    if not _CREDENTIAL.fullmatch(text):
        raise ValueError(
            f"credential_arn: got {text!r}; write the ARN of a Secrets Manager secret whose name starts "
            "with ecr-pullthroughcache/"
        )
    return text


def cached_lifecycle(days: int) -> dict[str, Any]:
    """The lifecycle policy of cached repositories: images are deleted by age, since a miss fetches them again.

    The age counts from the fetch. By last pull they could only be archived, and archived images cannot be pulled.
    """
    return lifecycle_policy([{"days_since_pushed": days}, {"untagged": True, "days_since_pushed": days}])

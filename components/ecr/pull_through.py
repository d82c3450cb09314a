"""Pull-through caches: ECR fetches images from upstream registries and keeps them.

Source: ECR user guide, "Pull through cache", and `CreatePullThroughCacheRule`.
"""

import re
from enum import StrEnum
from typing import Any, Final

from ..names.choices import choice
from ..names.registry_host import partition_of
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
_WITH_CREDENTIAL: Final = ("docker-hub", "ghcr", "gitlab")
_CREDENTIAL: Final = re.compile(
    r"arn:aws[a-z-]*:secretsmanager:(?P<region>[^:]+):(?P<account>\d{12}):secret:ecr-pullthroughcache/[\w/+=.@-]+"
)
_LONGEST_PREFIX: Final = 30
CACHE_DAYS: Final = 90
"""How long a cached image stays, by default."""


def cache_prefix(text: str) -> str:
    """Returns `text` if ECR accepts it as the prefix of a cache.

    Raises:
        ValueError: ECR does not.
    """
    if len(text) > _LONGEST_PREFIX:
        raise ValueError(f"prefix: got {text!r}; write at most {_LONGEST_PREFIX} characters, such as docker-hub")
    return repository_name(text, "prefix", "docker-hub")


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
        raise ValueError(f"credential_arn: got one, but ECR fetches from {upstream} without a credential; leave it out")
    return _HOST_OF[upstream]


def credential_arn(text: str, account: str, region: str) -> str:
    """Returns `text` if ECR accepts it as the ARN of a cache's credential in this account and region.

    Raises:
        ValueError: ECR does not.
    """
    match = _CREDENTIAL.fullmatch(text)
    own = f"arn:{partition_of(region)}:secretsmanager:{region}:{account}:secret:"
    example = f"{own}ecr-pullthroughcache/docker-hub-AbCdEf"
    if match is None:
        raise ValueError(
            f"credential_arn: got {text!r}; write the ARN of a Secrets Manager secret whose name starts "
            f"with ecr-pullthroughcache/, such as {example}"
        )
    if (match["account"], match["region"]) != (account, region):
        raise ValueError(
            f"credential_arn: got a secret of account {match['account']} in {match['region']}; ECR reads it only in "
            f"the cache's own account and region, {account} in {region}: make the secret there, such as {example}"
        )
    return text


def cached_lifecycle(days: int) -> dict[str, Any]:
    """The lifecycle policy of cached repositories: images are deleted by age, since a miss fetches them again.

    The age counts from the fetch. By their last pull they could only be archived, and archived images cannot be pulled.
    """
    return lifecycle_policy([{"days_since_pushed": days}, {"untagged": True, "days_since_pushed": days}])

"""The keys of CI/CD variables, including the key derived from a repository's name."""

import re
from collections.abc import Iterable
from typing import Final

ACCESS_KEYS: Final = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""AWS clients read these: long-lived access keys, which the rotator replaces."""
AWS_REGION: Final = "AWS_DEFAULT_REGION"
AWS_ROLE: Final = "AWS_ROLE_ARN"
"""The role that a job assumes with its `id_tokens`, to push or to pull by itself."""
REGISTRY: Final = "ECR_REGISTRY"
"""The registry host, for `docker login`."""
KEY_PLACEHOLDER: Final = "waiting-for-the-first-rotation"
"""The first value of an access key's variable: not a key, and long enough to be masked."""

_REPOSITORY_PREFIX: Final = "ECR_REPOSITORY_"
_LONGEST: Final = 255  # GitLab, CI/CD variables: characters of a key


def repository_key(repository: str) -> str:
    """`ECR_REPOSITORY_` and the repository's name in capitals, with everything but letters and digits as `_`.

    For `ci/python` it is `ECR_REPOSITORY_CI_PYTHON`. The variable holds the image reference without a tag.

    Raises:
        ValueError: the key would be longer than GitLab's 255 characters.
    """
    key = _REPOSITORY_PREFIX + re.sub(r"[^A-Z0-9]", "_", repository.upper())
    if len(key) > _LONGEST:
        raise ValueError(f"{repository!r} makes a key of {len(key)} characters; GitLab takes {_LONGEST}: shorten it")
    return key


def job_variables(registry_host: str, role_arn: str) -> dict[str, str]:
    """The variables, by key, that a job needs to sign in with its role: the role and the registry host."""
    return {AWS_ROLE: role_arn, REGISTRY: registry_host}


def push_variables(registry_host: str, role_arn: str, repositories: Iterable[str]) -> dict[str, str]:
    """The variables, by key, that a job needs to push: role, registry, and the image reference of each repository.

    Raises:
        ValueError: two repositories would have one key.
    """
    owners: dict[str, str] = {}
    for repository in sorted(repositories):
        key = repository_key(repository)
        if key in owners:
            raise ValueError(
                f"{owners[key]!r} and {repository!r} would both be {key}; a job could not tell them apart: "
                "rename one, or push them from two consumers"
            )
        owners[key] = repository
    images = {key: f"{registry_host}/{repository}" for key, repository in owners.items()}
    return {**job_variables(registry_host, role_arn), **images}

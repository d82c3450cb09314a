"""Guesses which of several values somebody meant by another name for it."""

import difflib
from collections.abc import Collection
from typing import Final

_NAMES: Final = {
    "docker-hub": "docker dockerhub docker.io hub hub.docker.com index.docker.io registry-1.docker.io",
    "ecr-public": "aws ecr public ecr.aws public-ecr public.ecr.aws gallery.ecr.aws",
    "ghcr": "github github.com ghcr.io github-container-registry docker.pkg.github.com",
    "gitlab": "gitlab.com registry.gitlab.com gitlab-container-registry",
    "k8s": "kubernetes k8s.io registry.k8s.io k8s.gcr.io",
    "quay": "quay.io redhat",
    "kubernetes": "k8s eks pod",
    "docker-autoscaler": "docker+machine autoscaler fleeting",
    "job-secret": "secrets secrets-manager secretsmanager aws_secrets_manager",
    "credential-helper": "helper ecr-login docker-credential-ecr-login instance-role",
    "access-keys": "keys iam-user user",
    "rotated-variable": "docker_auth_config rotated token",
    "static": "password auths",
    "env_var": "environment variable",
    "dual-stack": "ipv6 on.aws",
    "group": "namespace",
}
"""For each value, what else people call it."""
_OTHERS: Final = frozenset(
    ["gcr", "gcr.io", "google", "pkg.dev", "artifact-registry", "mcr", "mcr.microsoft.com", "azure", "acr", "cgr.dev"]
)
"""Other registries, whose names resemble one of the values."""
_JOINTS: Final = str.maketrans("", "", "_-")
_VALUES: Final = {
    name: [value for value in _NAMES if name in _NAMES[value].split()]
    for names in _NAMES.values()
    for name in names.split()
}


def likely(found: str, values: Collection[str]) -> str:
    """The value that was meant; empty when none is likely."""
    word = found.strip().lower().removeprefix("https://").rstrip("/")
    known = [value for value in _VALUES.get(word, []) if value in values]
    if known or word in _OTHERS:
        return known[0] if known else ""
    folded = {value.lower().translate(_JOINTS): value for value in values}
    close = difflib.get_close_matches(word.translate(_JOINTS), folded, n=1)
    return folded[close[0]] if close else ""

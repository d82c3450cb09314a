"""Natural names of registries, executors and kinds of access lead to the value that the project has for them."""

from enum import Enum

import pytest

from components.arguments.likely import likely
from components.ecr.pull_through import Upstream
from components.names.access import Access
from components.names.registry_host import HostForm
from components.runner.args import Executor
from components.variables.targets import OwnerKind, VariableType

_CASES = {
    Upstream: {
        "github": "ghcr",
        "GitHub": "ghcr",
        "ghcr.io": "ghcr",
        "https://ghcr.io/": "ghcr",
        "dockerhub": "docker-hub",
        "DockerHub": "docker-hub",
        "docker": "docker-hub",
        "docker.io": "docker-hub",
        "registry-1.docker.io": "docker-hub",
        "quay.io": "quay",
        "qauy": "quay",
        "registry.k8s.io": "k8s",
        "k8s.gcr.io": "k8s",
        "kubernetes": "k8s",
        "public.ecr.aws": "ecr-public",
        "public": "ecr-public",
        "ecr": "ecr-public",
        "registry.gitlab.com": "gitlab",
        "gitlab.com": "gitlab",
        "gtilab": "gitlab",
        "gcr": "",
        "gcr.io": "",
        "mcr.microsoft.com": "",
        "azure": "",
        "cgr.dev": "",
        "chainguard": "",
        "nexus": "",
    },
    Access: {
        "secrets-manager": "job-secret",
        "secret": "job-secret",
        "ecr-login": "credential-helper",
        "keys": "access-keys",
        "variable": "rotated-variable",
        "oidc": "",
    },
    Executor: {"k8s": "kubernetes", "docker+machine": "docker-autoscaler", "Docker": "docker"},
    VariableType: {"environment": "env_var", "variable": "env_var", "env": "env_var", "File": "file"},
    OwnerKind: {"namespace": "group", "subgroup": "group", "Project": "project"},
    HostForm: {"ipv6": "dual-stack", "dualstack": "dual-stack"},
}


@pytest.mark.parametrize(
    ("choices", "found", "meant"), [(choices, *pair) for choices, pairs in _CASES.items() for pair in pairs.items()]
)
def test_a_natural_name_leads_to_the_value(choices: type[Enum], found: str, meant: str) -> None:
    values = [str(member.value) for member in choices]
    assert likely(found, values) == meant

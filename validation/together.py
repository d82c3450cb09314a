"""What stack files do to each other: things of which an account, a registry or a GitLab has one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from components.names.spelling import dotted
from stack_file.text import StackText
from stack_file.told import Told

from .program import Run


@dataclass(frozen=True)
class _Single:
    """A resource of which there is one.

    Attributes:
        type: Pulumi's.
        inputs: that tell one from another.
        path: where a stack file asks for it.
        words: what it is, and what to do about two.
    """

    type: str
    inputs: tuple[str, ...]
    path: tuple[str, ...]
    words: str


_SINGLE: Final = (
    _Single(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        ("url",),
        ("gitlab-ecr:gitlab", "existingOidcProvider"),
        "an account has one OIDC provider of {url}, and {other} makes it too; write existingOidcProvider: true in one "
        "of them, and deploy the other first",
    ),
    _Single(
        "aws:secretsmanager/secret:Secret",
        ("name", "region"),
        ("gitlab-ecr:prefix",),
        "{other} has the same prefix in the same account, and each would take what the other makes; write another one",
    ),
    _Single(
        "aws:ecr/repository:Repository",
        ("name", "region"),
        ("gitlab-ecr:repositories", "{name}"),
        "{other} makes this repository too; declare it in one of them",
    ),
    _Single(
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        ("region",),
        ("gitlab-ecr:registry",),
        "a registry has one scanning configuration, and {other} sets it too; write it in one of them",
    ),
    _Single(
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        ("region",),
        ("gitlab-ecr:registry", "replicateTo"),
        "a registry has one replication, and {other} sets it too; write it in one of them",
    ),
    _Single(
        "aws:ecr/registryPolicy:RegistryPolicy",
        ("region",),
        ("gitlab-ecr:registry", "replicasFrom"),
        "a registry has one policy, and {other} sets it too; write it in one of them",
    ),
)


_REHEARSED: Final = "local"
"""The stack of `make rehearse`, which is never deployed."""


def across(files: Sequence[tuple[StackText, Run]]) -> list[list[Told]]:
    """For each file what another one before it has already."""
    seen: dict[tuple[Any, ...], StackText] = {}
    found: list[list[Told]] = []
    for text, made in files:
        if text.stack == _REHEARSED:
            found.append([])
            continue
        account = text.config.get("gitlab-ecr:account", "")
        told: list[Told] = []
        for single in _SINGLE:
            for resource in made.recorder.of_type(single.type):
                which = {key: resource.inputs.get(key) for key in single.inputs}
                key = (account, single.type, *which.values())
                other = seen.setdefault(key, text)
                if other is not text:
                    path = tuple(part.format(**which) for part in single.path)
                    told.append(Told(path, f"{dotted(path)}: {single.words.format(**which, other=other.file)}"))
        found.append(list(dict.fromkeys(told)))
    return found

"""Conflicts between stack files: things that can exist only once in an account, a registry or a GitLab instance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from components.names.spelling import dotted
from stack_file.mistakes import FileMistake
from stack_file.text import StackText

from .program import Run


@dataclass(frozen=True)
class _Single:
    """A kind of resource that can exist only once.

    Attributes:
        type: its Pulumi type.
        inputs: the inputs that distinguish one from another.
        path: the keys with which a stack file declares it.
        words: why there can be only one, and what to do about two.
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
        "an account has one OIDC provider for {url}, and {other} creates it, too; write existingOidcProvider: true in "
        "one of them, and deploy the other first",
    ),
    _Single(
        "aws:secretsmanager/secret:Secret",
        ("name", "region"),
        ("gitlab-ecr:prefix",),
        "{other} has the same prefix in the same account, so their resources would collide; write another prefix",
    ),
    _Single(
        "aws:ecr/repository:Repository",
        ("name", "region"),
        ("gitlab-ecr:repositories", "{name}"),
        "{other} creates this repository, too; declare it in only one of them",
    ),
    _Single(
        "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        ("region",),
        ("gitlab-ecr:registry",),
        "a registry has one scanning configuration, and {other} sets it, too; write it in only one of them",
    ),
    _Single(
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        ("region",),
        ("gitlab-ecr:registry", "replicateTo"),
        "a registry has one replication configuration, and {other} sets it, too; write it in only one of them",
    ),
    _Single(
        "aws:ecr/registryPolicy:RegistryPolicy",
        ("region",),
        ("gitlab-ecr:registry", "replicasFrom"),
        "a registry has one policy, and {other} sets it, too; write it in only one of them",
    ),
)


_REHEARSED: Final = "local"
"""The stack that `make rehearse` uses, which is never deployed."""


def across(files: Sequence[tuple[StackText, Run]]) -> list[list[FileMistake]]:
    """For each file, its conflicts with the files before it."""
    seen: dict[tuple[Any, ...], StackText] = {}
    found: list[list[FileMistake]] = []
    for text, made in files:
        if text.stack == _REHEARSED:
            found.append([])
            continue
        account = text.config.get("gitlab-ecr:account", "")
        mistakes: list[FileMistake] = []
        for single in _SINGLE:
            for resource in made.recorder.of_type(single.type):
                which = {key: resource.inputs.get(key) for key in single.inputs}
                key = (account, single.type, *which.values())
                other = seen.setdefault(key, text)
                if other is not text:
                    path = tuple(part.format(**which) for part in single.path)
                    mistakes.append(
                        FileMistake(path, f"{dotted(path)}: {single.words.format(**which, other=other.file)}")
                    )
        found.append(list(dict.fromkeys(mistakes)))
    return found

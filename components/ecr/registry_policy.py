"""Registry policies: which accounts may replicate into this registry."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ..iam.actions import REPLICATE_ACTIONS
from ..iam.policies import Document, allow, document
from ..names.registries import repository_arn
from ..names.registry_host import partition_of
from ..names.repository_names import repository_pattern

_ACCOUNT: Final = re.compile(r"\d{12}")


def registry_policy(account: str, region: str, sources: Mapping[str, Sequence[str]]) -> Document:
    """Allows each source account to replicate the repositories that match its patterns, and no others.

    Raises:
        ValueError: an account or a pattern is invalid.
    """
    statements: list[Document] = []
    for source, patterns in sources.items():
        field = f"replicas_from.{source}"
        if not _ACCOUNT.fullmatch(source):
            raise ValueError(f'replicas_from: got {source!r}; write twelve digits: "123456789012"')
        if not patterns:
            raise ValueError(f"{field}: got no repository; write names, or patterns such as ci/*")
        arns = [repository_arn(account, region, repository_pattern(pattern, field)) for pattern in patterns]
        principal = {"AWS": f"arn:{partition_of(region)}:iam::{source}:root"}
        statements.append(allow(f"ReplicasFrom{source}", REPLICATE_ACTIONS, arns, Principal=principal))
    return document(*statements)

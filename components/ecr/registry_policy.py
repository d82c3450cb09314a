"""Registry policies: which accounts may replicate into this registry."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ..iam.actions import REPLICATE_ACTIONS
from ..iam.policies import Document, allow, document
from ..names.locations import Mistakes, each
from ..names.registries import repository_arn
from ..names.registry_host import partition_of
from ..names.repository_names import repository_pattern

_ACCOUNT: Final = re.compile(r"\d{12}")


def registry_policy(account: str, region: str, sources: Mapping[str, Sequence[str]]) -> Document:
    """Allows each source account to replicate the repositories that match its patterns, and no others.

    Raises:
        ValueError: an account or a pattern is invalid.
    """
    mistakes, statements = Mistakes(), list[Document]()
    for source, patterns in sources.items():
        if not _ACCOUNT.fullmatch(source):
            mistakes.add("replicas_from", source, text='write the twelve digits of an account: "123456789012"')
        if not patterns:
            mistakes.add("replicas_from", source, text="got no repository; write names, or patterns such as ci/*")
        with mistakes.at("replicas_from"):
            names = each(source, patterns, repository_pattern)
            arns = [repository_arn(account, region, name) for name in names]
            principal = {"AWS": f"arn:{partition_of(region)}:iam::{source}:root"}
            if arns:
                statements.append(allow(f"ReplicasFrom{source}", REPLICATE_ACTIONS, arns, Principal=principal))
    mistakes.refuse()
    return document(*statements)

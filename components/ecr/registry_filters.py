"""Filters that select the repositories of a registry-wide setting.

Source of the grammars: the `ScanningRepositoryFilterValue` and `RepositoryFilterValue` shapes of the ECR API.
"""

import re
from typing import Final

_SCANNED: Final = re.compile(r"[a-z0-9*](?:[._\-/a-z0-9*]?[a-z0-9*]+)*")
_PREFIX: Final = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*")
_LONGEST: Final = 256
_SHORTEST_PREFIX: Final = 2


def scan_filter(text: str) -> str:
    """Returns `text` if ECR accepts it as a filter of repositories to scan.

    Raises:
        ValueError: it does not.
    """
    if len(text) > _LONGEST or not _SCANNED.fullmatch(text):
        raise ValueError(f"got {text!r}; write a repository's name, or a pattern such as prod/* or *")
    return text


def replication_prefix(text: str) -> str:
    """Returns `text` if ECR accepts it as the beginning of the names of replicated repositories.

    Raises:
        ValueError: it does not.
    """
    if not _SHORTEST_PREFIX <= len(text) <= _LONGEST or not _PREFIX.fullmatch(text):
        raise ValueError(f"got {text!r}; write the beginning of names without *, such as prod/")
    return text

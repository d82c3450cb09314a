"""Which tags of a repository can be moved to another image."""

import re
from collections.abc import Sequence
from typing import Final

_FILTER: Final = re.compile(r"[0-9A-Za-z._*-]{1,128}")
_MOST_FILTERS: Final = 5
_MOST_STARS: Final = 2


def tag_mutability(mutable_tags: Sequence[str]) -> tuple[str, list[str]]:
    """A repository's tag mutability setting in ECR, and its exclusion filters.

    Raises:
        ValueError: ECR would refuse the patterns.
    """
    if not mutable_tags:
        return "IMMUTABLE", []
    if list(mutable_tags) == ["*"]:
        return "MUTABLE", []
    fit = all(_FILTER.fullmatch(tag) and tag.count("*") <= _MOST_STARS for tag in mutable_tags)
    if not fit or "*" in mutable_tags or len(mutable_tags) > _MOST_FILTERS:
        raise ValueError(
            f"mutable_tags: got {list(mutable_tags)!r}; write up to five patterns such as 3.*, latest or buildcache*, "
            'each with at most two *; or ["*"] alone, when every tag may move'
        )
    return "IMMUTABLE_WITH_EXCLUSION", sorted(set(mutable_tags))

"""Which tags of a repository can be moved to another image."""

import re
from collections.abc import Sequence
from typing import Final

from ..names.locations import each

_FILTER: Final = re.compile(r"[0-9A-Za-z._*-]{1,128}")
_MOST_FILTERS: Final = 5
_MOST_STARS: Final = 2
_ADVICE: Final = (
    "write up to five patterns such as 3.*, latest or buildcache*, each with at most two *; "
    'or ["*"] alone, when every tag may move'
)


def tag_mutability(mutable_tags: Sequence[str]) -> tuple[str, list[str]]:
    """A repository's tag mutability setting in ECR, and its exclusion filters.

    Raises:
        ValueError: ECR would refuse the patterns.
    """
    if not mutable_tags:
        return "IMMUTABLE", []
    if list(mutable_tags) == ["*"]:
        return "MUTABLE", []
    if len(mutable_tags) > _MOST_FILTERS:
        raise ValueError(f"mutable_tags: got {len(mutable_tags)} patterns; {_ADVICE}")
    return "IMMUTABLE_WITH_EXCLUSION", sorted(set(each("mutable_tags", mutable_tags, _filter)))


def _filter(tag: str) -> str:
    if tag == "*" or not _FILTER.fullmatch(tag) or tag.count("*") > _MOST_STARS:
        raise ValueError(f"got {tag!r}; {_ADVICE}")
    return tag

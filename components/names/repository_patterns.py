"""Which repositories match a pattern such as `ci/*`. As in IAM, `*` matches any characters, including `/`."""

import functools
import re
from collections.abc import Iterable

from .wildcards import expression

_NEVER_DECLARED = "gitlab-ecr-probe/outside"


def matches(pattern: str, repository: str) -> bool:
    """Whether an IAM policy on the pattern's ARN covers the repository."""
    return _any_of((pattern,)).fullmatch(repository) is not None


def matching(patterns: Iterable[str], repositories: Iterable[str]) -> list[str]:
    """The repositories that match at least one pattern, sorted."""
    return sorted(filter(_any_of(tuple(patterns)).fullmatch, repositories))


def outside(patterns: Iterable[str], repositories: Iterable[str]) -> str | None:
    """A repository that matches no pattern, preferably a declared one; None when the patterns match everything."""
    named = _any_of(tuple(patterns))
    return next((name for name in [*sorted(repositories), _NEVER_DECLARED] if not named.fullmatch(name)), None)


# Compiled once: in a large stack every consumer's patterns are matched against every repository, three times.
@functools.lru_cache(maxsize=4096)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(expression(pattern) for pattern in patterns) or r"(?!)")

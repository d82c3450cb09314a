"""Which repositories a pattern such as `ci/*` names, by IAM's rule: `*` stands for any characters, `/` among them."""

import functools
import re
from collections.abc import Iterable

from .wildcards import expression

_NEVER_DECLARED = "gitlab-ecr-probe/outside"


def matches(pattern: str, repository: str) -> bool:
    """Whether an IAM policy on the pattern's ARN covers the repository."""
    return _any_of((pattern,)).fullmatch(repository) is not None


def matching(patterns: Iterable[str], repositories: Iterable[str]) -> list[str]:
    """The repositories that at least one pattern names, sorted."""
    return sorted(filter(_any_of(tuple(patterns)).fullmatch, repositories))


def outside(patterns: Iterable[str], repositories: Iterable[str]) -> str | None:
    """A repository that no pattern names, a declared one if there is one; None when the patterns name everything."""
    named = _any_of(tuple(patterns))
    return next((name for name in [*sorted(repositories), _NEVER_DECLARED] if not named.fullmatch(name)), None)


# One expression, made once: in a large stack every consumer's patterns are held against every repository, thrice.
@functools.lru_cache(maxsize=4096)
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(expression(pattern) for pattern in patterns) or r"(?!)")

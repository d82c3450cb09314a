"""Which repositories match a pattern such as `ci/*`. As in IAM, `*` matches any characters, including `/`."""

import functools
import operator
import re
from collections.abc import Callable, Iterable

from .wildcards import expression

_NEVER_DECLARED = "gitlab-ecr-probe/outside"


def matches(pattern: str, repository: str) -> bool:
    """Whether an IAM policy on the pattern's ARN covers the repository."""
    return _any_of((pattern,))(repository)


def matching(patterns: Iterable[str], repositories: Iterable[str]) -> list[str]:
    """The repositories that match at least one pattern, sorted."""
    return sorted(filter(_any_of(tuple(patterns)), repositories))


def inside(patterns: Iterable[str], repositories: Iterable[str]) -> str | None:
    """The first repository that matches a pattern; None when there is none."""
    return next(filter(_any_of(tuple(patterns)), repositories), None)


def outside(patterns: Iterable[str], repositories: Iterable[str]) -> str | None:
    """A repository that matches no pattern, preferably a declared one; None when the patterns match everything."""
    named = _any_of(tuple(patterns))
    return next((name for name in [*sorted(repositories), _NEVER_DECLARED] if not named(name)), None)


# In a large stack every consumer's patterns are matched against every repository, several times: so no expression is
# compiled for a plain name or beginning, and no Python runs for each repository.
@functools.lru_cache(maxsize=4096)
def _any_of(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    names = frozenset(pattern for pattern in patterns if "*" not in pattern)
    beginnings = tuple(pattern[:-1] for pattern in patterns if pattern.endswith("*") and "*" not in pattern[:-1])
    if len(names) == len(patterns):
        return names.__contains__
    if len(beginnings) == len(patterns):
        return operator.methodcaller("startswith", beginnings)
    return _matching("|".join(map(expression, patterns)))


def _matching(any_of: str) -> Callable[[str], bool]:
    matched = re.compile(any_of).fullmatch
    return lambda name: matched(name) is not None

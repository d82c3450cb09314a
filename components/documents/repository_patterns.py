"""Which repositories a pattern such as `ci/*` names, by IAM's rule: `*` stands for any characters, `/` among them."""

import re
from collections.abc import Iterable

_NEVER_DECLARED = "gitlab-ecr-probe/outside"


def matches(pattern: str, repository: str) -> bool:
    """Whether an IAM policy on the pattern's ARN covers the repository."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), repository, re.DOTALL) is not None


def matching(patterns: Iterable[str], repositories: Iterable[str]) -> list[str]:
    """The repositories that at least one pattern names, sorted."""
    wanted = list(patterns)
    return sorted(name for name in repositories if any(matches(pattern, name) for pattern in wanted))


def outside(patterns: Iterable[str], repositories: Iterable[str]) -> str | None:
    """A repository that no pattern names, a declared one if there is one; None when the patterns name everything."""
    wanted = list(patterns)
    candidates = [*sorted(repositories), _NEVER_DECLARED]
    return next((name for name in candidates if not any(matches(pattern, name) for pattern in wanted)), None)

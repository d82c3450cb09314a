"""The meaning of patterns in a declaration. This repeats the program's own code, because that is under test."""

import re
from functools import lru_cache


def names(pattern: str, repository: str) -> bool:
    """Whether a pattern matches a repository: `*` matches any characters, and nothing else is special."""
    return _compiled(pattern).fullmatch(repository) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*"))

"""The meaning of patterns in a declaration. This repeats the program's own code, because that is under test."""

import re


def names(pattern: str, repository: str) -> bool:
    """Whether a pattern matches a repository: `*` matches any characters, and nothing else is special."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), repository) is not None

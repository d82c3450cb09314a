"""What a pattern of a declaration means, read here anew: the program's own reading is under test."""

import re


def names(pattern: str, repository: str) -> bool:
    """Whether a pattern names a repository: `*` stands for any characters, nothing else is special."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), repository) is not None

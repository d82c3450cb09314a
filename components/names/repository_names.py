"""Names of ECR repositories, and patterns of such names.

Source of the grammar: the `repositoryName` shape of the ECR API, 2 to 256 characters.
"""

import re
from typing import Final

_PART: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME: Final = re.compile(rf"{_PART}(?:/{_PART})*")
_PATTERN: Final = re.compile(r"[a-z0-9][a-z0-9._/*-]*")
_LENGTH: Final = range(2, 257)


def repository_name(text: str, field: str = "repositories") -> str:
    """Returns `text` if ECR accepts it as a repository name.

    Raises:
        ValueError: ECR does not; the message names `field`.
    """
    if len(text) not in _LENGTH or not _NAME.fullmatch(text):
        raise ValueError(
            f"{field}: got {text!r}; write 2 to 256 lower-case letters and digits, "
            "joined by single . _ or / or by dashes, such as ci/python"
        )
    return text


def repository_pattern(text: str, field: str = "pull") -> str:
    """Returns `text` if it is a repository name, or the beginning of names followed by `*`, such as `ci/*`.

    In a policy `*` matches any characters, `/` among them. A bare `*` is refused: it would grant every repository of
    the registry, including future ones.

    Raises:
        ValueError: it is neither; the message names `field`.
    """
    if "*" not in text:
        return repository_name(text, field)
    if len(text) not in _LENGTH or not _PATTERN.fullmatch(text):
        raise ValueError(
            f"{field}: got {text!r}; write a repository's name, or a pattern that starts with one, such as ci/*"
        )
    return text

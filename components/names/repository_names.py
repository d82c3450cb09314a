"""Names of ECR repositories, and patterns of such names.

Source of the grammar: the `repositoryName` shape of the ECR API, 2 to 256 characters.
"""

import re
from typing import Final

from .registry_host import parse_registry_host

_PART: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_NAME: Final = re.compile(rf"{_PART}(?:/{_PART})*")
_PATTERN: Final = re.compile(r"[a-z0-9][a-z0-9._/*-]*")
_LENGTH: Final = range(2, 257)


def repository_name(text: str, field: str = "repositories", example: str = "ci/python") -> str:
    """Returns `text` if ECR accepts it as a repository name, and it is not written with its registry.

    Raises:
        ValueError: ECR does not; the message names `field`.
    """
    if not is_repository_name(text):
        raise ValueError(
            f"{field}: got {text!r}; {_near(text)} 2 to 256 lower-case letters and digits, joined by single . _ or / "
            f"or by dashes, without a host or a tag, such as {example}"
        )
    return text


def is_repository_name(text: str) -> bool:
    """Whether `text` is the name of a repository, and not of an image with its registry or its tag."""
    return len(text) in _LENGTH and _NAME.fullmatch(text) is not None and not _has_host(text)


def repository_pattern(text: str, field: str = "pull") -> str:
    """Returns `text` if it is a repository name, or the beginning of names followed by `*`, such as `ci/*`.

    In a policy `*` matches any characters, `/` among them. A bare `*` is refused: it would grant every repository of
    the registry, including future ones.

    Raises:
        ValueError: it is neither; the message names `field`.
    """
    if "*" not in text:
        return repository_name(text, field)
    if not _is_pattern(text):
        raise ValueError(
            f"{field}: got {text!r}; {_near(text)} a repository's name, or a pattern that starts with one, such as ci/*"
        )
    return text


def _is_pattern(text: str) -> bool:
    return len(text) in _LENGTH and _PATTERN.fullmatch(text) is not None and not _has_host(text)


def _has_host(text: str) -> bool:
    return "." in text and parse_registry_host(text.partition("/")[0]) is not None


def _near(text: str) -> str:
    """The name that was probably meant: of an image reference, in capitals, or with a slash too many."""
    name = text.partition("/")[2] if _has_host(text) else text
    name = name.partition("@")[0].partition(":")[0].strip("/ ").lower()
    legal = name != text and (_is_pattern(name) if "*" in name else is_repository_name(name))
    return f"did you mean {name}? Write" if legal else "write"

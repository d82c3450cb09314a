"""The description of an access key's two variables: the end of the key's id, and when the key was made.

A key's id is not a password but half of a login, so only its last four characters are shown. Both variables have the
same description. For a hidden variable it is all that can be read, so a run compares the descriptions to find a pair
that a crash left inconsistent.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from .description import PREFIX

_ENDING: Final = 4
_DESCRIPTION: Final = re.compile(rf"^{PREFIX}access key \.\.\.(\w{{4}}), made (\d{{4}}-\d\d-\d\dT\d\d:\d\dZ)$")


@dataclass(frozen=True)
class DescribedKey:
    """The key that a description names.

    Attributes:
        ending: three dots and the last four characters of its id.
        made: to the minute.
    """

    ending: str
    made: datetime


def ending(key_id: str) -> str:
    """What messages call a key: `...WXYZ`."""
    return f"...{key_id[-_ENDING:]}"


def describe(key_id: str, made: datetime) -> str:
    """For example `gitlab-ecr: access key ...WXYZ, made 2026-11-22T20:00Z`."""
    return f"{PREFIX}access key {ending(key_id)}, made {made.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def described(description: str | None) -> DescribedKey | None:
    """The key that a description names; None for one that the rotator did not write."""
    match = _DESCRIPTION.match(description or "")
    if match is None:
        return None
    try:
        made = datetime.strptime(match[2], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return DescribedKey(f"...{match[1]}", made)

"""A cause in words: `docs/doctor.md` is generated from these, and findings take their fix from them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """A cause in words.

    Attributes:
        how: how it arises, in a sentence or two.
        fix: what to do, as a finding prints it after `Fix:`.
    """

    how: str
    fix: str

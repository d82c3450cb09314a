"""A cause in words: `docs/doctor.md` is made of these, and findings take their fix from them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """A cause in words.

    Attributes:
        how: how it comes about, a sentence or two.
        fix: what to do, as a finding says it after `Fix:`.
    """

    how: str
    fix: str

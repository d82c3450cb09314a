"""One attempt of the rehearsal, compared with what the stack declares."""

from abc import ABC, abstractmethod


class Attempt(ABC):
    """What pulls, pushes and fetches of a login share.

    Attributes:
        expected: what the declaration says: `allowed` or `denied`.
        actual: what happened.
        reason: why it was refused; empty if it was allowed.
    """

    expected: str
    actual: str
    reason: str

    @property
    @abstractmethod
    def action(self) -> str:
        """Who tried what, in words."""

    @property
    def as_declared(self) -> bool:
        """Whether both agree."""
        return self.expected == self.actual

    @property
    def mistake(self) -> str:
        """How the attempt differs from the declaration, in words."""
        why = f" ({self.reason})" if self.reason else ""
        return f"{self.action}: declared {self.expected}, was {self.actual}{why}"

"""One attempt of the rehearsal, compared with what the stack declares."""


class Attempt:
    """What pulls, pushes and fetches of a login share.

    Attributes:
        expected: what the declaration says: `allowed` or `denied`.
        actual: what happened.
    """

    expected: str
    actual: str

    @property
    def as_declared(self) -> bool:
        """Whether both agree."""
        return self.expected == self.actual

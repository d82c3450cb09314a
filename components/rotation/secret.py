"""A holder for a secret that shows itself to nobody by accident."""

from collections.abc import Iterable
from typing import Final

_PIECE: Final = 8  # characters: fewer than these tell nothing


class Secret:
    """A secret text. Only `reveal()` gives it away; `repr`, `str` and formatting do not."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself, for the one call that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret([secret])"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def without_pieces(text: str, secrets: Iterable[Secret]) -> str:
    """`text`, or a note in its place when it holds eight characters in a row of a secret.

    A server's own words go into reports, and a proxy between may echo what it was sent.
    """
    pieces = {text[start : start + _PIECE] for start in range(len(text) - _PIECE + 1)}
    if any(piece in secret.reveal() for secret in secrets for piece in pieces):
        return "[withheld: it held a part of a secret]"
    return text

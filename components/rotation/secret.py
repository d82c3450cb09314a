"""A holder for a secret that shows itself to nobody by accident, and the one way for others' words into a message."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

from ..docker.redaction import redact

_PIECE: Final = 8  # characters: fewer than these tell nothing
_SAID: Final = 200  # characters of somebody else's words in a message
_READ: Final = 2_000  # characters of them that are looked at
_LONGEST_TOKEN: Final = 2_000
_AROUND: Final = " \t\r\n\v\f\x00\ufeff\u200b\u00a0"
_TOKEN: Final = re.compile(r"[!#-&(-\[\]-_a-~]+")  # printable ASCII without quotes, backslash and backtick


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


class TokenError(ValueError):
    """A text holds no token that can be used; says where and what to write, and holds no part of the text."""


def token_in(text: str, where: str) -> Secret:
    """The token in a text that a person or a file gave, without the white space around it.

    Raises:
        TokenError: no token stands there.
    """
    bare = text.strip(_AROUND)
    if not bare:
        raise TokenError(f"{where}: is empty; write the token")
    if len(bare) > _LONGEST_TOKEN:
        raise TokenError(f"{where}: is {len(bare)} characters long; write the token alone")
    if not _TOKEN.fullmatch(bare):
        raise TokenError(
            f"{where}: holds a quote, white space, or a character that is not ASCII; write the token alone, in one line"
        )
    return Secret(bare)


def told(text: str, secrets: Iterable[Secret] = ()) -> str:
    """What somebody else said, as a message may hold it: one short line, without anything that could be a secret.

    Args:
        text: theirs; a server's, a proxy's, a library's.
        secrets: what was sent to them, which they may echo.
    """
    read = without_pieces(text[:_READ], secrets)
    # Neither control characters nor lone surrogates: a terminal obeys the ones, and no stream takes the others.
    line = " ".join("".join(char if char.isprintable() else " " for char in read).split())
    shown = redact(line)
    return shown if len(shown) <= _SAID else f"{shown[:_SAID]}..."


def without_pieces(text: str, secrets: Iterable[Secret]) -> str:
    """`text`, or a note in its place when it holds eight characters in a row of a secret, in any encoding."""
    pieces = {text[start : start + _PIECE] for start in range(len(text) - _PIECE + 1)}
    for secret in secrets:
        if any(piece in form for form in _forms(secret.reveal()) for piece in pieces):
            return "[withheld: it held a part of a secret]"
    return text


def _forms(secret: str) -> Iterator[str]:
    """The secret as servers and libraries write it."""
    yield secret
    raw = secret.encode(errors="surrogatepass")
    yield from (quote(raw, safe=""), quote(raw, safe="").lower(), json.dumps(secret), repr(secret), raw.hex())
    for skipped in range(3):  # base64 reads three bytes at a time, and a text around the secret may shift it
        encoded = base64.b64encode(raw[skipped:]).decode()
        yield from (encoded, encoded.replace("+", "-").replace("/", "_"))
    try:
        yield base64.b64decode(secret, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return

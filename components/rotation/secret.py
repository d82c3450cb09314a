"""A holder that never shows its secret by accident, and the one function that lets others' words into a message."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

from ..docker.redaction import redact

_PIECE: Final = 8  # characters: a shorter piece of a secret reveals nothing
_SHOWN: Final = 200  # characters of somebody else's words in a message
_READ: Final = 2_000  # characters of somebody else's words that are read at all
_LONGEST_TOKEN: Final = 2_000
_AROUND: Final = " \t\r\n\v\f\x00\ufeff\u200b\u00a0"
_TOKEN: Final = re.compile(r"[!#-&(-\[\]-_a-~]+")  # printable ASCII without quotes, backslash and backtick


class Secret:
    """A secret text. Only `reveal()` returns it; `repr`, `str` and formatting do not show it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself, only for the call that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret([secret])"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class TokenError(ValueError):
    """A text holds no usable token. The message says where and what to write, and quotes no part of the text."""


def token_in(text: str, where: str) -> Secret:
    """The token in a text from a person or a file, without the white space around it.

    Raises:
        TokenError: the text is not a token.
    """
    bare = text.strip(_AROUND)
    if not bare:
        raise TokenError(f"{where}: is empty; write the token")
    if len(bare) > _LONGEST_TOKEN:
        raise TokenError(f"{where}: is {len(bare)} characters long; write only the token")
    if not _TOKEN.fullmatch(bare):
        raise TokenError(
            f"{where}: holds a quote, white space, or a character that is not ASCII; write only the token, in one line"
        )
    return Secret(bare)


def safe_words(text: str, secrets: Iterable[Secret] = ()) -> str:
    """Somebody else's words, made safe for a message: one short line, without anything that could be a secret.

    Args:
        text: the words of a server, a proxy or a library.
        secrets: what was sent to them, because they may echo it.
    """
    read = without_pieces(text[:_READ], secrets)
    # No control characters, because a terminal obeys them; no lone surrogates, because no stream can encode them.
    line = " ".join("".join(char if char.isprintable() else " " for char in read).split())
    shown = redact(line)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."


def without_pieces(text: str, secrets: Iterable[Secret]) -> str:
    """`text`; or a note instead, if it holds eight consecutive characters of a secret in any encoding."""
    pieces = {text[start : start + _PIECE] for start in range(len(text) - _PIECE + 1)}
    for secret in secrets:
        if any(piece in form for form in _forms(secret.reveal()) for piece in pieces):
            return "[withheld: it held a part of a secret]"
    return text


def _forms(secret: str) -> Iterator[str]:
    """The forms in which servers and libraries write the secret."""
    yield secret
    raw = secret.encode(errors="surrogatepass")
    yield from (quote(raw, safe=""), quote(raw, safe="").lower(), json.dumps(secret), repr(secret), raw.hex())
    for skipped in range(3):  # base64 encodes three bytes at a time, and text before the secret may shift it
        encoded = base64.b64encode(raw[skipped:]).decode()
        yield from (encoded, encoded.replace("+", "-").replace("/", "_"))
    try:
        yield base64.b64decode(secret, validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return

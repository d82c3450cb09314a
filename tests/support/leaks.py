"""Secrets in every form in which people store them, and every encoding in which a message could show them."""

import base64
import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

PIECE: Final = 8

FORMS: Final = {
    "as it is": "{}",
    "a line break after it": "{}\n",
    "two line breaks after it": "{}\r\n\r\n",
    "a carriage return after it": "{}\r",
    "a tab after it": "{}\t",
    "spaces around it": "  {}  ",
    "a zero byte after it": "{}\0",
    "a byte order mark before it": "\ufeff{}",
    "a line break within it": "{0:.9}\n{0}",
    "a header within it": "{}\r\nX-Other: 1",
    "a tab within it": "{0:.9}\t{0}",
    "a space within it": "{0:.9} {0}",
    "quotes around it": '"{}"',
    "single quotes around it": "'{}'",
    "a letter with an accent": "{}\u00e9",
    "a dash of another kind": "{}\u2013",
    "an emoji": "{}\U0001f511",
    "a lone surrogate": "{}\ud800",
    "an escape of a terminal": "\x1b[31m{}\x1b[0m",
    "a percent sign": "{}%0a%s%(x)s",
    "braces": "{}{{0}}",
    "a name before it": "GITLAB_TOKEN={}",
    "a word before it": "Bearer {}",
    "very long": "{0}" * 400,
    "long enough to be a body": "{0}" * 4_000,
}  # fmt: skip


def encodings(secret: str) -> Iterator[str]:
    """The secret as servers, libraries and people write it."""
    raw = secret.encode(errors="surrogatepass")
    yield from (secret, repr(secret), ascii(secret), json.dumps(secret), quote(raw), quote(raw, safe=""), raw.hex())
    for skipped in range(3):
        yield from (base64.b64encode(raw[skipped:]).decode(), base64.urlsafe_b64encode(raw[skipped:]).decode())


def pieces(secret: str) -> Iterator[str]:
    """Every eight characters in a row of every encoding, except what base64 makes of the secret's end."""
    for encoded in encodings(secret):
        text = encoded[:-4] if len(encoded) > 2 * PIECE else encoded
        yield from (text[start : start + PIECE] for start in range(len(text) - PIECE + 1))


def assert_clean(text: str, *secrets: str) -> None:
    """Asserts that the text holds no piece of a secret."""
    found = next((piece for secret in secrets for piece in pieces(secret) if piece in text), None)
    assert found is None, f"{found!r} is in {text[:2_000]!r}"

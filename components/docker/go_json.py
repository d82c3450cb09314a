"""Reads the first JSON value of a text as Go's `json.Decoder` does, with Go's error messages.

The runner and Docker are Go programs. What they make of a `DOCKER_AUTH_CONFIG` differs from Python's `json` where it
matters: what follows the first value is ignored, keys match regardless of case, and a repeated key is not an error.
Source: Go's encoding/json, `scanner.go`, `stream.go` and `fold.go`.
"""

import json
import re
from typing import Final

_SPACE: Final = " \t\r\n"
_PLAIN: Final = re.compile(r'[^"\\\x00-\x1f]*')
_NUMBER_START: Final = "-0123456789"
_ESCAPED: Final = {char: repr(char)[1:-1] for char in "\t\n\r"} | {
    "'": "\\'",
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\v": "\\v",
}
_DEPTH_LIMIT: Final = 200
"""Go's limit is 10,000; no real document comes near either."""


class GoJsonError(ValueError):
    """Go's error for a text that is not JSON, or not JSON of the expected type."""


class Members(list[tuple[str, "Value"]]):
    """An object's members in order, including duplicates."""


Value = Members | list["Value"] | str | float | bool | None


def decode_first(text: str) -> tuple[Value, bool]:
    """The first value, and whether there was one: white space alone holds none, which is not an error.

    Raises:
        GoJsonError: with Go's message.
    """
    scanner = _Scanner(text)
    scanner.skip_space()
    if scanner.at_end():
        return None, False
    return scanner.value(0), True


def fold(key: str) -> str:
    """The form under which Go compares an object's key with a field's name."""
    if key.isascii():
        return key.lower()
    return "".join(folded if len(folded := char.casefold()) == 1 else char for char in key)


def kind(value: Value) -> str:
    """What Go calls the value's type in an error."""
    match value:
        case Members():
            return "object"
        case list():
            return "array"
        case bool():
            return "bool"
        case str():
            return "string"
        case None:
            return "null"
        case _:
            return "number"


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def at_end(self) -> bool:
        return self._at >= len(self._text)

    def skip_space(self) -> None:
        while not self.at_end() and self._text[self._at] in _SPACE:
            self._at += 1

    def value(self, depth: int) -> Value:
        self.skip_space()
        char = self._peek()
        if depth > _DEPTH_LIMIT:
            raise self._unexpected("exceeded max depth")
        if char == "{":
            return self._object(depth + 1)
        if char == "[":
            return self._array(depth + 1)
        if char == '"':
            return self._string()
        if char in _NUMBER_START:
            return self._number()
        for word, meaning in (("true", True), ("false", False), ("null", None)):
            if char == word[0]:
                self._literal(word)
                return meaning
        raise self._unexpected("looking for beginning of value")

    def _object(self, depth: int) -> Members:
        self._at += 1
        members = Members()
        self.skip_space()
        if self._peek() == "}":
            self._at += 1
            return members
        while True:
            self.skip_space()
            if self._peek() != '"':
                raise self._unexpected("looking for beginning of object key string")
            key = self._string()
            self.skip_space()
            if self._peek() != ":":
                raise self._unexpected("after object key")
            self._at += 1
            members.append((key, self.value(depth)))
            self.skip_space()
            char = self._peek()
            if char not in ",}":
                raise self._unexpected("after object key:value pair")
            self._at += 1
            if char == "}":
                return members

    def _array(self, depth: int) -> list[Value]:
        self._at += 1
        items: list[Value] = []
        self.skip_space()
        if self._peek() == "]":
            self._at += 1
            return items
        while True:
            items.append(self.value(depth))
            self.skip_space()
            char = self._peek()
            if char not in ",]":
                raise self._unexpected("after array element")
            self._at += 1
            if char == "]":
                return items

    def _string(self) -> str:
        start = self._at
        self._at += 1
        while True:
            plain = _PLAIN.match(self._text, self._at)
            self._at = plain.end() if plain else self._at
            char = self._peek()
            if char == '"':
                self._at += 1
                text: str = json.loads(self._text[start : self._at])
                return re.sub("[\ud800-\udfff]", "\ufffd", text)
            if char != "\\":
                raise self._unexpected("in string literal")
            self._escape()

    def _escape(self) -> None:
        self._at += 1
        if self._peek() not in 'bfnrt\\/"u':
            raise self._unexpected("in string escape code")
        is_code = self._peek() == "u"
        self._at += 1
        for _ in range(4 if is_code else 0):
            if self._peek() not in "0123456789abcdefABCDEF":
                raise self._unexpected("in \\u hexadecimal character escape")
            self._at += 1

    def _number(self) -> float:
        start = self._at
        if self._text[self._at] == "-":
            self._at += 1
            if not self._is_digit():
                raise self._unexpected("in numeric literal")
        if self._peek() == "0":
            self._at += 1
        else:
            self._digits()
        if not self.at_end() and self._peek() == ".":
            self._at += 1
            if not self._is_digit():
                raise self._unexpected("after decimal point in numeric literal")
            self._digits()
        if not self.at_end() and self._peek() in "eE":
            self._at += 1
            if self._peek() in "+-":
                self._at += 1
            if not self._is_digit():
                raise self._unexpected("in exponent of numeric literal")
            self._digits()
        return float(self._text[start : self._at])

    def _is_digit(self) -> bool:
        return self._peek() in "0123456789"

    def _digits(self) -> None:
        while not self.at_end() and self._is_digit():
            self._at += 1

    def _literal(self, word: str) -> None:
        for char in word:
            if self._peek() != char:
                raise self._unexpected(f"in literal {word} (expecting {_quoted(char)})")
            self._at += 1

    def _peek(self) -> str:
        if self.at_end():
            raise GoJsonError("unexpected EOF")
        return self._text[self._at]

    def _unexpected(self, context: str) -> GoJsonError:
        return GoJsonError(f"invalid character {_quoted(self._peek())} {context}")


def _quoted(char: str) -> str:
    """Go names the first byte of a character, as if that byte were a character of its own."""
    byte = chr(char.encode(errors="surrogatepass")[0])
    escaped = _ESCAPED.get(byte, byte if byte.isprintable() else f"\\x{ord(byte):02x}")
    return f"'{escaped}'"

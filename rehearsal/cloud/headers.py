"""Reads the headers of HTTP messages faster than the standard library, which parses each as an e-mail.

A large stack's rehearsal reads tens of thousands of messages in one process: those of its own servers and clients.
"""

import email.parser
import http.client
import re
from email.policy import Compat32
from http.client import HTTPMessage
from typing import Any, BinaryIO, Final

_LONGEST_LINE: Final = 65536
_MOST_LINES: Final = 100
_ENDS: Final = (b"\r\n", b"\n", b"")
_PLAIN: Final = re.compile(r"^([!-9;-~]+):[ \t]*([^\r\n]*)\r?$", re.MULTILINE)


class _AsRead(Compat32):
    """Gives a header as it was read. Its base class looks for what only other encodings leave in one."""

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 - the base class's signature
        return value


_AS_READ: Final = _AsRead()


class _Headers(HTTPMessage):
    """Headers that nobody changes after they were read: each is found by its name without a search."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        super().__init__(_AS_READ)
        for name, value in found:
            self.set_raw(name, value)
        self.set_payload("")
        self._first = {name.lower(): value for name, value in reversed(found)}

    def get(self, name: str, failobj: Any = None) -> Any:
        return self._first.get(name.lower(), failobj)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._first


def read_fast() -> None:
    """From now on, this process reads the headers of HTTP messages with `headers_of`."""
    http.client.parse_headers = headers_of


def headers_of(source: BinaryIO, _class: type[HTTPMessage] = HTTPMessage) -> HTTPMessage:
    """What `http.client.parse_headers` reads. Whatever is not one plain header a line is left to its parser.

    Raises:
        http.client.HTTPException: a line is too long, or there are too many.
    """
    lines: list[bytes] = []
    while (line := source.readline(_LONGEST_LINE + 1)) not in _ENDS:
        if len(line) > _LONGEST_LINE:
            raise http.client.LineTooLong("header line")
        lines.append(line)
        if len(lines) > _MOST_LINES:
            raise http.client.HTTPException(f"got more than {_MOST_LINES} headers")
    found = _PLAIN.findall(b"".join(lines).decode("iso-8859-1"))
    if len(found) < len(lines) or _class is not HTTPMessage:
        return _as_mail(lines, _class)
    return _Headers(found)


def _as_mail(lines: list[bytes], class_: type[HTTPMessage]) -> HTTPMessage:
    text = b"".join([*lines, b"\r\n"]).decode("iso-8859-1")
    return email.parser.Parser(_class=class_).parsestr(text)

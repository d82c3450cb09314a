"""Reads the headers of HTTP messages faster than the standard library, which parses each as an e-mail.

A large stack's rehearsal reads tens of thousands of messages in one process: those of its own servers and clients.
"""

import email.parser
import http.client
from http.client import HTTPMessage
from typing import BinaryIO, Final

_LONGEST_LINE: Final = 65536
_MOST_LINES: Final = 100
_ENDS: Final = (b"\r\n", b"\n", b"")


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
    message = _class()
    for text in (line.decode("iso-8859-1") for line in lines):
        name, colon, rest = text.partition(":")
        value = rest.rstrip("\r\n")
        if not (name and colon and _is_plain(name)) or "\r" in value:
            return _as_mail(lines, _class)
        message.set_raw(name, value.lstrip(" \t"))
    message.set_payload("")
    return message


def _is_plain(name: str) -> bool:
    return name.isascii() and name.isprintable() and " " not in name


def _as_mail(lines: list[bytes], class_: type[HTTPMessage]) -> HTTPMessage:
    text = b"".join([*lines, b"\r\n"]).decode("iso-8859-1")
    return email.parser.Parser(_class=class_).parsestr(text)

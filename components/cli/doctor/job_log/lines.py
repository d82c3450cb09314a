"""Finds the relevant lines of a log, in any bytes and in linear time.

A log may be 50 MB of progress bars. So this looks only at positions that hold a known mark, and at a limited window
around each. The time does not depend on how long a line is.
"""

import codecs
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Final

from ...plain_text import plain

_BEFORE: Final = 1_500
_AFTER: Final = 2_500
_MOST: Final = 2_000
"""The most positions to look at for one mark. If there are more, this many from the beginning and from the end."""
_UTF_16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_CONTINUED: Final = re.compile(rb"\r?\n\d{4}-\d\d-\d\dT[\d:.]{8,18}Z [0-9a-f]{2}[OE]\+")
_PREFIX: Final = re.compile(
    r"\s*(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?:?(?:\s|$)"
    r"|\d\d:\d\d:\d\d(?:[.,]\d+)?\s)\s*(?:[0-9a-f]{2}[OE][ +]?)?"
)
_LINE_NUMBER: Final = re.compile(
    r"\d{1,5}\s?(?=(?:Running with|Preparing|Using|Pulling|Authenticating|Starting "
    r"service|WARNING|ERROR|Job|\$|Getting|Executing) )"
)
"""The line number on GitLab's page. In text copied from the page, it is glued to the line."""
_LOST_COLOURS: Final = re.compile(r"^(?:\[[\d;]{0,9}[Km])+|(?:\[[\d;]{0,9}m)+$")
"""Colours that lost their escape character on the way through a clipboard."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log, cleaned up, and without a timestamp at its beginning.

    Attributes:
        number: its number in the file, from 1.
        text: the line; if it is long, the text around a mark.
    """

    number: int
    text: str


def marked_lines(data: bytes, marks: Collection[str]) -> list[Line]:
    """The lines that hold a mark, in the log's order.

    Args:
        data: the file, in any encoding, complete or not.
        marks: lower-case texts. The lines may hold them in any case.
    """
    data = _one_byte_a_letter(data)
    if b"O+" in data or b"E+" in data:
        data = _CONTINUED.sub(b"", data)  # the runner's own timestamps cut long lines into pieces
    pieces = _pieces(data, _shortest(tuple(marks)))
    lines: list[Line] = []
    number, counted = 1, 0
    for start, end in pieces:
        number += data.count(b"\n", counted, start)
        counted = start
        text = _LOST_COLOURS.sub("", plain(_decoded(data[start:end])))
        for before in (_PREFIX, _LINE_NUMBER):
            text = text[found.end() :] if (found := before.match(text)) else text
        lines.append(Line(number, text.strip()))
    return lines


@cache  # doctor always looks for the same marks, and the comparison of each with all others takes longer than a log
def _shortest(marks: tuple[str, ...]) -> list[bytes]:
    """The marks that hold no other mark."""
    return [mark.encode() for mark in marks if not any(other in mark for other in marks if other != mark)]


def _one_byte_a_letter(data: bytes) -> bytes:
    for mark, encoding in _UTF_16.items():
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace").encode(errors="replace")
    return data.replace(b"\0", b"") if b"\0" in data else data


def _decoded(piece: bytes) -> str:
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return piece.decode("latin-1")


def _pieces(data: bytes, marks: list[bytes]) -> list[tuple[int, int]]:
    """Where the marked lines begin and end; for a long line, the windows around its marks."""
    low = data.lower()
    found: dict[int, int] = {}
    for mark in marks:
        at, mine = low.find(mark), 0
        while at >= 0 and mine < _MOST:
            start, end = _bounds(data, at, len(mark))
            found[start] = max(end, found.get(start, 0))
            mine += 1
            at = low.find(mark, max(end, at + 1))
        if at >= 0:  # too many to look at each: the end of a log says more than its middle
            at = low.rfind(mark)
            for _ in range(_MOST):
                start, end = _bounds(data, at, len(mark))
                found[start] = max(end, found.get(start, 0))
                at = low.rfind(mark, 0, max(start, 0))
                if at < 0:
                    break
    return _merged(sorted(found.items()))


def _bounds(data: bytes, at: int, length: int) -> tuple[int, int]:
    first = max(0, at - _BEFORE)
    start = max(data.rfind(b"\n", first, at), data.rfind(b"\r", first, at)) + 1 or first
    last = min(len(data), at + length + _AFTER)
    ends = [end for end in (data.find(b"\n", at, last), data.find(b"\r", at, last)) if end >= 0]
    return start, min([*ends, last])


def _merged(pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Joins windows that overlap in one long line, up to a limit."""
    merged: list[tuple[int, int]] = []
    for start, end in pieces:
        if merged and start < merged[-1][1] and end - merged[-1][0] <= _BEFORE + _AFTER:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif not merged or end > merged[-1][1]:
            merged.append((start, end))
    return merged

"""JSON that others wrote: its size, depth and numbers are bounded before Python's parser begins.

The parser follows each bracket with a call of its own, and a text of brackets ends it by `RecursionError`, or ends the
process where a thread's stack is small. How deep it gets differs between Python's versions, so the bound is ours.
"""

import json
import math
import re
from typing import Any, Final

DEPTH: Final = 64
"""Deeper than anything that GitLab, a registry, the plan or a person writes."""
_NUMBER: Final = 40  # characters: beyond any id, size or time
_MARKS: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


class BoundedJsonError(ValueError):
    """The text is no JSON, or more of it than is read here. The message holds no part of the text."""


def loads(text: str | bytes, *, limit: int | None = None) -> Any:
    """The JSON value of a text.

    Args:
        text: UTF-8 when it is bytes.
        limit: the most characters or bytes; None when whoever read the text has bounded it.

    Raises:
        BoundedJsonError: it is too long, nested too deep, holds a number that is none, or is no JSON.
    """
    if limit is not None and len(text) > limit:
        raise BoundedJsonError(f"is longer than {limit} characters")
    try:
        decoded = text if isinstance(text, str) else text.decode()
        check_depth(decoded)
        return json.loads(decoded, parse_int=number, parse_float=number, parse_constant=refuse_constant)
    except BoundedJsonError:
        raise
    except json.JSONDecodeError as error:
        raise BoundedJsonError(f"is no JSON: line {error.lineno}, column {error.colno}") from None
    except UnicodeDecodeError:
        raise BoundedJsonError("is no UTF-8") from None


def check_depth(text: str) -> None:
    """Returns when a text, JSON or not, opens at most `DEPTH` objects and lists within each other.

    Raises:
        BoundedJsonError: it opens more.
    """
    if text.count("[") + text.count("{") <= DEPTH:
        return
    depth = 0
    for mark in _MARKS.finditer(text):
        if mark[0] in "[{":
            depth += 1
        elif mark[0] in "]}":
            depth -= 1
        if depth > DEPTH:
            raise BoundedJsonError(f"is nested deeper than {DEPTH} levels")


def number(text: str) -> int | float:
    """A number of JSON.

    Raises:
        BoundedJsonError: it is longer than any that means something, or too large for a float.
    """
    if len(text) > _NUMBER:
        raise BoundedJsonError(f"holds a number of {len(text)} characters")
    if text.lstrip("-").isdigit():
        return int(text)
    if not math.isfinite(value := float(text)):
        raise BoundedJsonError("holds a number that is too large")
    return value


def refuse_constant(_: str) -> Any:
    """Refuses what Python's parser takes beside JSON.

    Raises:
        BoundedJsonError: always.
    """
    raise BoundedJsonError("holds NaN or Infinity, which are not JSON")

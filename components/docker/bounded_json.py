"""Parses untrusted JSON, with limits on size, depth and numbers that apply before Python's parser runs.

The parser recurses into each bracket, so a text of brackets ends in `RecursionError`, or kills the process where a
thread's stack is small. Its own limit differs between Python versions, so this module sets one.
"""

import json
import math
import re
from typing import Any, Final

DEPTH: Final = 64
"""Deeper than anything that GitLab, a registry, the plan or a person writes."""
_NUMBER: Final = 40  # characters: beyond any id, size or time
_NO_BRACKETS: Final = re.compile(r'(?:"(?:[^"\\]++|\\.)*+"?|[^"\[\]{}]++)++', re.DOTALL)


class BoundedJsonError(ValueError):
    """The text is not JSON, or exceeds a limit. The message holds no part of the text."""


def loads(text: str | bytes, *, limit: int | None = None) -> Any:
    """The JSON value of a text.

    Args:
        text: UTF-8 when it is bytes.
        limit: the most characters or bytes; None when the caller has already limited the text.

    Raises:
        BoundedJsonError: it is too long, too deeply nested, holds an invalid number, or is not JSON.
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
        raise BoundedJsonError(f"is not JSON: line {error.lineno}, column {error.colno}") from None
    except UnicodeDecodeError:
        raise BoundedJsonError("is not UTF-8") from None


def check_depth(text: str) -> None:
    """Checks that a text, JSON or not, nests objects and lists at most `DEPTH` levels deep.

    Raises:
        BoundedJsonError: it nests deeper.
    """
    if text.count("[") + text.count("{") <= DEPTH:
        return
    depth = 0
    for bracket in _NO_BRACKETS.sub("", text):
        depth += 1 if bracket in "[{" else -1
        if depth > DEPTH:
            raise BoundedJsonError(f"is nested deeper than {DEPTH} levels")


def number(text: str) -> int | float:
    """A number of JSON.

    Raises:
        BoundedJsonError: it is longer than any meaningful number, or too large for a float.
    """
    if len(text) > _NUMBER:
        raise BoundedJsonError(f"holds a number of {len(text)} characters")
    if text.lstrip("-").isdigit():
        return int(text)
    if not math.isfinite(value := float(text)):
        raise BoundedJsonError("holds a number that is too large")
    return value


def refuse_constant(_: str) -> Any:
    """Refuses NaN and Infinity, which Python's parser accepts although they are not JSON.

    Raises:
        BoundedJsonError: always.
    """
    raise BoundedJsonError("holds NaN or Infinity, which are not JSON")

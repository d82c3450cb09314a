"""Wildcard patterns as regular expressions whose matching time does not explode with the number of stars."""

import re


def expression(pattern: str, one: str = "") -> str:
    """A regular expression for the whole text: `*` matches any characters, `one` a single character.

    Each part between two stars is searched once, from the left, without backtracking: the leftmost match leaves the
    most text for the rest. With backtracking, thirty stars and a text of eighteen characters would take hours.
    """
    first, *rest = [_literal(part, one) for part in pattern.split("*")]
    if not rest:
        return f"(?s:{first})"
    middle = "".join(f"(?>.*?{part})" for part in rest[:-1] if part)
    return f"(?s:{first}{middle}.*{rest[-1]})"


def _literal(part: str, one: str) -> str:
    if not one:
        return re.escape(part)
    return ".".join(re.escape(piece) for piece in part.split(one))

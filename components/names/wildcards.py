"""Patterns as regular expressions that take no longer for many stars than for one."""

import re


def expression(pattern: str, one: str = "") -> str:
    """The expression for a whole text: `*` stands for any characters, `one` for a single one.

    Each part between two stars is looked for once, from the left, and never again: what is found first leaves the most
    for the rest. Without that, thirty stars and a text of eighteen characters take hours.
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

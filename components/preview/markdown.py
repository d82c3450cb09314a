"""Escapes text for GitLab's Markdown. Names come from outside and may hold anything; none of it may become markup."""

import re
from collections.abc import Sequence
from typing import Any, Final

from .reading import UNKNOWN

_LENGTH: Final = 200  # longer than any AWS or GitLab name that a person would compare by eye
_LINE: Final = 500
_INVISIBLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_PLAIN_IN_MERMAID: Final = re.compile(r"[^A-Za-z0-9 ._/@-]")
_WORDS_OF_MERMAID: Final = re.compile(r"(?i)\b(end|graph|flowchart|subgraph|click|style|class|default)\b")


def code(text: str, most: int = _LENGTH) -> str:
    """A code span that shows the text and nothing else: no markup, mention, line break or bidirectional trick."""
    shown = _one_line(text, most)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    # The renderer strips a space at each end; it keeps a backtick there apart from the fence.
    return f"{fence} {shown} {fence}" if "`" in shown else f"{fence}{shown}{fence}"


def names(texts: Sequence[str], most: int = 6) -> str:
    """Code spans of some names; if there are many, the first ones and the number of the rest."""
    shown = [code(text) for text in texts[:most]]
    more = len(texts) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def block(text: str, most_lines: int = 30) -> str:
    """A code block, indented so that no line can start with `/` and be read as a GitLab quick action."""
    lines = text.splitlines()
    shown = [f"  {_one_line(line, _LINE)}" for line in lines[:most_lines]]
    shown += [f"  ... {len(lines) - most_lines} more lines"] if len(lines) > most_lines else []
    fence = "`" * max(3, *(len(run) + 1 for run in ["", *re.findall("`+", text)]))
    return "\n".join([f"{fence}text", *shown, fence])


def mermaid_label(text: str) -> str:
    """A quoted label of a mermaid node; characters with a meaning in mermaid are written as numeric entities."""
    shown = _PLAIN_IN_MERMAID.sub(lambda match: f"#{ord(match[0])};", _one_line(text))
    # In older releases `end` closes a subgraph even inside a label.
    shown = _WORDS_OF_MERMAID.sub(lambda match: f"#{ord(match[0][0])};{match[0][1:]}", shown)
    return f'"{shown}"'


def _one_line(text: str, most: int = _LENGTH) -> str:
    shown = "not known yet" if text in UNKNOWN else _INVISIBLE.sub(" ", text).strip() or " "
    return shown if len(shown) <= most else f"{shown[: most - 3]}..."


def duration(seconds: Any) -> str:
    """Seconds in hours and minutes; what is no number, as it is."""
    try:
        minutes = round(float(seconds) / 60)
    except (TypeError, ValueError, OverflowError):
        return code(str(seconds))
    hours, rest = divmod(minutes, 60)
    return " ".join(
        f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in ((hours, "hour"), (rest, "minute")) if count
    )

"""Redacts whatever could be a credential in text from outside."""

import re
from typing import Final

_HIDDEN: Final = "[hidden]"
_TOKENS: Final = (
    re.compile(r"\bgl(?:pat|rt|rtr|dt|ptt|ft|soat|imt|agent|cbt|ffct|oas|wt)-[\w.-]{6,}"),  # GitLab's prefixes
    re.compile(r"\bgh[pousr]_\w{4,}|\bgithub_pat_\w{4,}"),
    re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}"),  # AWS access key ids
    re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"),  # JWTs
    re.compile(r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL),
)
_AFTER_A_NAME: Final = re.compile(
    r"""(?ix)(?P<name>(?:password|passphrase|secret|token|auth|(?:access|api|private)_?key)\w*["']?\s*(?:=|:\s*(?=["']))\s*)
    (?:"[^"]*"|'[^']*'|[^\s,;)]+)"""
)
_IN_A_URL: Final = re.compile(r"(?P<scheme>\w://)[^/\s@]+@")
_IN_A_HEADER: Final = re.compile(r"(?i)\b(?P<scheme>basic|bearer)\s+[\w+/=.~-]{6,}")
_RUN: Final = re.compile(r"[A-Za-z0-9+/=_]{24,}")


def redact(text: str) -> str:
    """Replaces everything that looks like a credential by `[hidden]`."""
    for token in _TOKENS:
        text = token.sub(_HIDDEN, text)
    text = _AFTER_A_NAME.sub(lambda match: f"{match['name']}{_HIDDEN}", text)
    text = _IN_A_URL.sub(lambda match: f"{match['scheme']}{_HIDDEN}@", text)
    text = _IN_A_HEADER.sub(lambda match: f"{match['scheme']} {_HIDDEN}", text)
    return _RUN.sub(lambda match: _HIDDEN if _random(match[0]) else match[0], text)


def _random(run: str) -> bool:
    """Whether a long run of characters mixes upper case, lower case and digits, as keys do and names do not."""
    return all(re.search(kind, run) for kind in ("[A-Z]", "[a-z]", "[0-9]"))

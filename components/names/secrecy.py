"""Keeps what may be a secret out of messages about a found value."""

import re
from collections.abc import Mapping
from typing import Any, Final

TOKENS: Final = (
    (re.compile(r"\bgl(?:rt|rtr|dt|ptt|ft|soat|imt|agent|cbt|ffct|oas|wt)-[\w-]{4,}"), "a token of GitLab"),
    (re.compile(r"\bglpat-[\w-]{4,}"), "an access token of GitLab"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{4,}"), "an access key of AWS"),
    (re.compile(r"\bgh[pousr]_\w{4,}|\bgithub_pat_\w{4,}"), "a token of GitHub"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"), "a JSON web token"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY"), "a private key"),
)
"""What looks like a token, and what it is."""
_HOLD_SECRETS: Final = frozenset({"auths", "environment", "password", "value"})


def may_hold_secrets(path: tuple[str | int, ...]) -> bool:
    """Whether an argument's value, or one below it, may be a password."""
    whole_variable = "variables" in path[-2:]
    return whole_variable or not _HOLD_SECRETS.isdisjoint(path)


def kind(value: Any) -> str:
    """The kind of the value, without its content."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "keys and values"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "a list" if isinstance(value, list | tuple) else "text" if isinstance(value, str) else "another value"


def without_tokens(text: str) -> str:
    """The text, where each token is `[hidden]`."""
    for pattern, _ in TOKENS:
        text = pattern.sub("[hidden]", text)
    return text

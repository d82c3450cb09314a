"""Environments of a project: the record and GitLab's model rules, with its words."""

import itertools
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from .messages import message

STATES = ("available", "stopping", "stopped")
TIERS = ("production", "staging", "testing", "development", "other")

_NAME = re.compile(r"[a-zA-Z0-9_\\$.{}-][a-zA-Z0-9_/\\$.{} -]*(?<!/)")
_LONGEST = 255
_LONGEST_SLUG = 24
# GitLab guesses the tier from the name, in this order.
_GUESSES = (
    ("development", re.compile(r"dev|review|trunk", re.IGNORECASE)),
    ("testing", re.compile(r"te?st|int|ac(ce|)pt|qa|qc|control|quality", re.IGNORECASE)),
    ("staging", re.compile(r"sta?g|mode?l|pre|demo|non", re.IGNORECASE)),
    ("production", re.compile(r"pro?d|live", re.IGNORECASE)),
)
_ids = itertools.count(5001)


@dataclass(eq=False)
class Environment:
    name: str
    slug: str
    created_at: datetime
    external_url: str | None = None
    description: str | None = None
    tier: str = "other"
    state: str = "available"
    id: int = field(default_factory=lambda: next(_ids))

    def document(self) -> dict[str, Any]:
        moment = self.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "id": self.id,
            "name": self.name,
            "slug": self.slug,
            "description": self.description,
            "external_url": self.external_url,
            "state": self.state,
            "tier": self.tier,
            "created_at": moment,
            "updated_at": moment,
            "auto_stop_at": None,
        }


def create(rows: list[Environment], now: datetime, name: str, **given: Any) -> Environment:
    """Adds one, or refuses in the model's words."""
    if problems := _problems(rows, name):
        raise message(HTTPStatus.BAD_REQUEST, {"name": problems})
    guess = next((tier for tier, pattern in _GUESSES if pattern.search(name)), "other")
    kept = {key: value for key, value in given.items() if value not in (None, "")}
    row = Environment(name, _slug(name), now, **{"tier": guess, **kept})  # pyright: ignore[reportArgumentType] - the route declares which keys come
    rows.append(row)
    return row


def _problems(rows: list[Environment], name: str) -> list[str]:
    problems = ["has already been taken"] if any(row.name == name for row in rows) else []
    if not name:
        problems.append("can't be blank")
    if len(name) > _LONGEST:
        problems.append(f"is too long (maximum is {_LONGEST} characters)")
    if not _NAME.fullmatch(name):
        allowed = "letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces"
        problems.append(f"can contain only {allowed}, but it cannot start or end with '/'")
    return problems


def _slug(name: str) -> str:
    """The name for hosts and labels; if it had to be changed, it ends with a random suffix."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower())
    slug = (slug if slug[:1].isalpha() else f"env-{slug}")[:_LONGEST_SLUG].rstrip("-")
    return slug if slug == name else f"{slug[:17].rstrip('-')}-{secrets.token_hex(3)}"

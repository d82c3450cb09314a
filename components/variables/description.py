"""A rotated variable's description: the one place that says what it holds and until when.

The rotator writes it with the value, so it is read by compare-before-overwrite, by `gitlab-ecr status` and `doctor`,
and by a pipeline author looking at GitLab's settings page.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

LONGEST: Final = timedelta(hours=12, minutes=10)
"""How far away an end can be: ECR's tokens live 12 hours, and clocks drift."""
LIMIT: Final = 255  # GitLab, CI/CD variables API: description
PREFIX: Final = "gitlab-ecr: "
"""Begins every description that this project writes."""
_HOSTS: Final = re.compile(rf"^{PREFIX}([a-z0-9.:-]+\.[a-z0-9.:-]+(?:, [a-z0-9.:-]+)*), valid until ")
_VALID_UNTIL: Final = re.compile(rf"^{PREFIX}.*\bvalid until (\d{{4}}-\d\d-\d\dT\d\d:\d\dZ)(?:,|$)")


def describe(hosts: Sequence[str], valid_until: datetime, audience: str) -> str:
    """For example `gitlab-ecr: <registry host>, valid until 2026-11-22T20:00Z, audience backend`.

    The time is rounded down to the minute. Registries that do not fit in 255 characters are counted, not named; an
    audience that still does not fit is left out.
    """
    until = to_the_minute(valid_until).strftime("%Y-%m-%dT%H:%MZ")
    counted = f"{len(hosts)} registries, valid until {until}"
    texts = (
        f"{PREFIX}{', '.join(hosts)}, valid until {until}, audience {audience}",
        f"{PREFIX}{counted}, audience {audience}",
        f"{PREFIX}{counted}",
    )
    return next(text for text in texts if len(text) <= LIMIT)


def to_the_minute(moment: datetime) -> datetime:
    """The moment as a description holds it: in UTC, rounded down."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def valid_until(description: str | None) -> datetime | None:
    """Until when the variable's token is good, or None for a description that the rotator did not write."""
    match = _VALID_UNTIL.match(description or "")
    if match is None:
        return None
    try:
        return datetime.strptime(match[1], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def is_ours(description: str | None) -> bool:
    """Whether this project wrote it, at creation or at a rotation."""
    return (description or "").startswith(PREFIX.rstrip())


def hosts(description: str | None) -> list[str]:
    """The registry hosts that a description names; empty when it only counts them, or is not the rotator's."""
    match = _HOSTS.match(description or "")
    return match[1].split(", ") if match else []

"""The description of a rotated variable: it says what the variable holds and until when that is valid.

The rotator writes it together with the value. Its readers are the rotator before it overwrites a value, `gitlab-ecr
status`, `doctor`, and pipeline authors on GitLab's settings page.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

LONGEST: Final = timedelta(hours=12, minutes=10)
"""The longest plausible lifetime: ECR's tokens live 12 hours, and clocks drift."""
LIMIT: Final = 255  # GitLab, CI/CD variables API: description
PREFIX: Final = "gitlab-ecr: "
"""Begins every description that this project writes."""
_READ: Final = 4 * LIMIT  # of a longer description nothing more is read, whoever answered with it
_HOSTS: Final = re.compile(rf"^{PREFIX}([a-z0-9.:-]+\.[a-z0-9.:-]+(?:, [a-z0-9.:-]+)*), valid until ")
_VALID_UNTIL: Final = re.compile(rf"^{PREFIX}.*\bvalid until (\d{{4}}-\d\d-\d\dT\d\d:\d\dZ)(?:,|\Z)", re.ASCII)


def describe(hosts: Sequence[str], valid_until: datetime, audience: str) -> str:
    """For example `gitlab-ecr: <registry host>, valid until 2026-11-22T20:00Z, audience backend`.

    The time is rounded down to the minute. If the registries do not fit in 255 characters, only their number is
    written; if the audience still does not fit, it is left out.
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
    """Rounds a time down to the minute, in UTC, as a description holds it."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def valid_until(description: str | None) -> datetime | None:
    """When the variable's token expires; None for a description that the rotator did not write."""
    match = _VALID_UNTIL.match((description or "")[:_READ])
    if match is None:
        return None
    try:
        return datetime.fromisoformat(match[1])
    except ValueError:
        return None


def is_ours(description: str | None) -> bool:
    """Whether gitlab-ecr wrote the description, at creation or during a rotation."""
    return (description or "").startswith(PREFIX.rstrip())


def hosts(description: str | None) -> list[str]:
    """The registry hosts that a description names; empty when it only gives their number, or is not the rotator's."""
    match = _HOSTS.match((description or "")[:_READ])
    return match[1].split(", ") if match else []

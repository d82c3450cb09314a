"""What starts a rotation, and the event that says so. The plan says what to rotate."""

import json
from enum import StrEnum
from typing import Final

FIRED_BY: Final = "fired_by"
"""The one key of an event."""


class FiredBy(StrEnum):
    """Who fired a run."""

    DEPLOY = "deploy"
    SCHEDULE = "schedule"
    MANUAL = "manual"


def event(who: FiredBy) -> str:
    """The event of a run, as JSON."""
    return json.dumps({FIRED_BY: who})

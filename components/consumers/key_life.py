"""How old an access key gets, and how long the previous one stays active."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..contract.schedule import INTERVAL, duration

_OLDEST: Final = timedelta(days=90)  # CIS AWS Foundations 1.14: access keys are changed every 90 days or less
_SHORTEST_GRACE: Final = timedelta(hours=1)  # GitLab's default time limit of a job


@dataclass(frozen=True)
class KeyLife:
    """Both durations, checked.

    Attributes:
        age: the next run replaces a key that is older.
        grace: how long after a new key was made the previous one is deactivated.
    """

    age: timedelta
    grace: timedelta


AGE: Final = "30 days"
GRACE: Final = "1 day"


def key_life(age: str = AGE, grace: str = GRACE, interval: str = INTERVAL) -> KeyLife:
    """Parses both durations and checks them against each other.

    Raises:
        ValueError: they are wrong or contradict each other. The message names the key below `rotation`.
    """
    life = KeyLife(duration(age, "access_key_age"), duration(grace, "access_key_grace"))
    if life.age > _OLDEST:
        raise ValueError(f"access_key_age: got {age!r}; write 90 days or less")
    least = max(duration(interval, "interval"), _SHORTEST_GRACE)
    if life.grace < least:
        raise ValueError(
            f"access_key_grace: got {grace!r}; write an hour or more, and not less than the interval ({interval}): "
            "jobs that started with the old key must be able to finish with it"
        )
    if life.age < 2 * life.grace:
        raise ValueError(
            f"access_key_age: got {age!r} with an `access_key_grace` of {grace!r}; write at least twice the "
            "grace: a user has two keys, and the old one must be retired before the next one is made"
        )
    return life


DEFAULT: Final = key_life()

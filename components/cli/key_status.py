"""The status of a pair of access key variables. Their descriptions are enough; no value is read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..rotation.gitlab import GitLab, GitLabError
from ..variables.key_description import DescribedKey, described
from ..variables.targets import KeyUser
from .gitlab_api import ABSENT

GOOD = "good"
_LATE = timedelta(days=1)  # of failed runs; their own alarm comes earlier


@dataclass(frozen=True)
class KeyStatus:
    """The status of one pair.

    Attributes:
        key: the last characters of the published key, and when it was created; empty when there is none.
        due: when the next key replaces it.
        health: `good`, or what is wrong and what to do.
    """

    key: str
    due: datetime | None
    health: str


def key_status(user: KeyUser, gitlab: GitLab, now: datetime) -> KeyStatus:
    """The status of a user's pair. A failure to read it is a status, too."""
    try:
        found = [gitlab.variable(target) for target in (user.id_target, user.secret_target)]
    except GitLabError as error:
        return KeyStatus("", None, str(error))
    if None in found:
        return KeyStatus("", None, ABSENT)
    id_key, secret_key = (described(variable.description) for variable in found if variable is not None)
    if id_key is None or secret_key is None:
        return KeyStatus("", None, "never rotated, or its description was edited: run `gitlab-ecr rotate`")
    if id_key != secret_key:
        why = (
            f"mixed: the id belongs to the key {id_key.ending}, the secret to {secret_key.ending}: "
            "run `gitlab-ecr rotate`"
        )
        return KeyStatus("", None, why)
    due = id_key.made + timedelta(minutes=user.max_age_minutes)
    late = now > due + _LATE
    return KeyStatus(_shown(id_key), due, "older than declared: see the last rotation" if late else GOOD)


def _shown(key: DescribedKey) -> str:
    return f"{key.ending} of {key.made:%Y-%m-%dT%H:%MZ}"

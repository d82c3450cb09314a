"""How a pair of access key variables is, from their descriptions alone: no value is needed, none is read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..rotation.gitlab import GitLab, GitLabError
from ..variables.key_description import DescribedKey, described
from ..variables.targets import KeyUser
from .gitlab_api import ABSENT

GOOD = "good"
_LATE = timedelta(days=1)  # of runs that failed; their own alarm is earlier


@dataclass(frozen=True)
class KeyStatus:
    """One pair.

    Attributes:
        key: the published key's ending and when it was made; empty when there is none.
        due: when the next key takes its place.
        health: `good`, or what is wrong and what to do.
    """

    key: str
    due: datetime | None
    health: str


def key_status(user: KeyUser, gitlab: GitLab, now: datetime) -> KeyStatus:
    """The status of a user's pair; a failure to read it is one."""
    try:
        found = [gitlab.variable(target) for target in (user.id_target, user.secret_target)]
    except GitLabError as error:
        return KeyStatus("", None, str(error))
    if None in found:
        return KeyStatus("", None, ABSENT)
    told_id, told_secret = (described(variable.description) for variable in found if variable is not None)
    if told_id is None or told_secret is None:
        return KeyStatus("", None, "never rotated, or described by hand: run `gitlab-ecr rotate`")
    if told_id != told_secret:
        why = f"mixed: the id is of {told_id.ending}, the secret of {told_secret.ending}: run `gitlab-ecr rotate`"
        return KeyStatus("", None, why)
    due = told_id.made + timedelta(minutes=user.max_age_minutes)
    late = now > due + _LATE
    return KeyStatus(_shown(told_id), due, "older than declared: see the last rotation" if late else GOOD)


def _shown(key: DescribedKey) -> str:
    return f"{key.ending} of {key.made:%Y-%m-%dT%H:%MZ}"

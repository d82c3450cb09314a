"""The rotator's GitLab token, which a renewal may replace while a run goes on.

A renewal kills the old token before it stores the new one as the secret's current version. In between, and after a
renewal that was interrupted there, the new one is the pending version.
"""

import threading
from collections.abc import Iterator
from typing import Final

from ..contract.plan import GitLab as Instance
from .aws import Aws, AwsError
from .gitlab_secret import Working, read
from .http import Http
from .secret import Secret, TokenError

CURRENT: Final = "AWSCURRENT"
PENDING: Final = "AWSPENDING"
INTERRUPTED: Final = (
    "GitLab refuses the current GitLab token and accepts the pending one, which this run uses: a renewal is under way, "
    "or was interrupted; if this stays, store a new token with gitlab-ecr token set"
)


def pending(where: Instance, aws: Aws, http: Http) -> Working | None:
    """The pending token of the secret, if there is one that works."""
    return next(_working(where, aws, http, [PENDING]), None)


class LivingToken:
    """Finds the token that has replaced one that GitLab refuses. Safe for many threads."""

    def __init__(self, where: Instance, aws: Aws, http: Http) -> None:
        self._where, self._aws, self._http = where, aws, http
        self._lock = threading.Lock()
        self._found: dict[Secret, Secret | None] = {}

    def instead_of(self, refused: Secret) -> Secret | None:
        """A token that works; None when there is none. The secret is read once for each refused token."""
        with self._lock:
            if refused not in self._found:
                others = _working(self._where, self._aws, self._http, [CURRENT, PENDING])
                self._found[refused] = next((other.token for other in others if other.token != refused), None)
            return self._found[refused]


def _working(where: Instance, aws: Aws, http: Http, stages: list[str]) -> Iterator[Working]:
    for stage in stages:
        try:
            working = read(aws.secret(where.token_secret, stage), where.url, http)
        except (AwsError, TokenError):  # none pending, or the claim of a renewal; a refusal is reported by the caller
            continue
        if not working.refused:
            yield working

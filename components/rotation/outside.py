"""Everything that a run touches, given to it, so that tests give their own."""

from dataclasses import dataclass

from .aws import Aws
from .clock import Clock, Deadline
from .http import Http
from .keys.store import KeyStore


@dataclass(frozen=True)
class Outside:
    """Everything a run touches."""

    aws: Aws
    key_store: KeyStore
    registry_http: Http
    gitlab_http: Http
    clock: Clock
    deadline: Deadline

"""The services that a run uses, and its clock. Tests pass their own."""

from dataclasses import dataclass

from .aws import Aws
from .clock import Clock, Deadline
from .http import Http
from .keys.store import KeyStore


@dataclass(frozen=True)
class Services:
    """Everything outside of the process that a run uses. If the plan has no GitLab, there is no client for it."""

    aws: Aws
    key_store: KeyStore
    registry_http: Http
    gitlab_http: Http | None
    clock: Clock
    deadline: Deadline

"""The renewal of the rotator's own GitLab token, fired as its schedule fires it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .program import Program
from .world import World

_UNAUTHORIZED: Final = 401


class RenewalError(Exception):
    """The token was not renewed, or the old one still opens GitLab."""


@dataclass(frozen=True)
class Renewal:
    """The renewal job's result."""

    said: str


def renew(world: World, program: Program, fire: Callable[[], str]) -> Renewal:
    """Has the renewal fired, and tries the old token.

    Raises:
        RenewalError: it failed, stored nothing new, or GitLab still accepts the old token.
    """
    secret = program.outputs["gitlabTokenSecret"]
    secrets = world.aws("secretsmanager")
    old = secrets.get_secret_value(SecretId=secret)["SecretString"]
    said = fire()
    if secrets.get_secret_value(SecretId=secret)["SecretString"] == old:
        raise RenewalError(f"the renewal stored no new token: {said}")
    status, _ = world.gitlab_api("GET", "personal_access_tokens/self", {}, token=old)
    if status != _UNAUTHORIZED:
        raise RenewalError(f"GitLab answers {status} to the token that was renewed, not {_UNAUTHORIZED}")
    return Renewal(said)

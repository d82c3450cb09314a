"""The renewal of the rotator's own GitLab token, fired as its schedule fires it, or by Secrets Manager itself."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .program import Program
from .world import World

_UNAUTHORIZED: Final = 401
_MANAGED: Final = "aws:secretsmanager/secretRotation:SecretRotation"
_LONGEST_SECONDS: Final = 60.0  # a renewal takes less than one, on a busy machine several
_PAUSE_SECONDS: Final = 0.05
_LINES: Final = 50  # of the emulator's log, which has some for each look at the secret


class RenewalError(Exception):
    """The token was not renewed, or the old one still works."""


@dataclass(frozen=True)
class Renewal:
    """What the renewal job reported, in words."""

    outcome: str


def renew(world: World, program: Program, fire: Callable[[], str]) -> Renewal:
    """Fires the renewal, then tries the old token.

    Raises:
        RenewalError: it failed, stored nothing new, or GitLab still accepts the old token.
    """
    secret = program.outputs["gitlabTokenSecret"]
    managed = bool(program.of_type(_MANAGED))
    old = _token(world, secret)
    outcome = _by_aws(world, secret) if managed else fire()
    if _token(world, secret) == old:
        raise RenewalError(f"the renewal stored no new token: {outcome}")
    status, _ = world.gitlab_api("GET", "personal_access_tokens/self", {}, token=old)
    if status != _UNAUTHORIZED:
        raise RenewalError(f"GitLab answers {status} to the token that was renewed, not {_UNAUTHORIZED}")
    return Renewal(outcome)


def first_by_aws(world: World, program: Program) -> None:
    """Waits for the renewal with which `up` ends, if Secrets Manager renews the token.

    Raises:
        RenewalError: it failed.
    """
    if program.of_type(_MANAGED):
        _ended(world, program.outputs["gitlabTokenSecret"])


def _by_aws(world: World, secret: str) -> str:
    """One more renewal by Secrets Manager, begun as its schedule would begin it."""
    world.aws("secretsmanager").rotate_secret(SecretId=secret)
    _ended(world, secret)
    _, about = world.gitlab_api("GET", "personal_access_tokens/self", {}, token=_token(world, secret))
    return f"the GitLab token was renewed by Secrets Manager and is valid until {about['expires_at']}"


def _ended(world: World, secret: str) -> None:
    give_up = time.monotonic() + _LONGEST_SECONDS
    while True:
        about = world.aws("secretsmanager").describe_secret(SecretId=secret)
        stages = about["VersionIdsToStages"].values()
        if about.get("LastRotatedDate") and not any(labels == ["AWSPENDING"] for labels in stages):
            return
        failed = f"RotationFailed {secret}: " in world.cloud.why(_LINES)
        if failed or time.monotonic() > give_up:
            raise RenewalError(f"the renewal by Secrets Manager failed: {world.cloud.why()}")
        time.sleep(_PAUSE_SECONDS)


def _token(world: World, secret: str) -> str:
    text = world.aws("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    return json.loads(text)["token"] if text.startswith("{") else text

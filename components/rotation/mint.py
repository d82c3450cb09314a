"""Step one: a token for an audience, one per region, refused unless it is what ECR promises."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..documents.docker_auth import auth_entry
from ..documents.plan import Audience
from .aws import Aws, AwsError
from .clock import Clock, Deadline
from .secret import Secret

_ACCESS_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException"})
_NEW_ROLE_SECONDS: Final = 90.0  # IAM is eventually consistent: a role of this `up` may be refused for a minute
_NEW_ROLE_PAUSE: Final = 5.0


class RefusedError(Exception):
    """A token that must not be published, and why, in one line without the token."""


@dataclass(frozen=True)
class Token:
    """A token for the registries of one region.

    Attributes:
        auth: the `auth` value, as ECR gave it.
        expires_at: as ECR says; twelve hours are not assumed.
    """

    auth: Secret
    expires_at: datetime


def mint(audience: Audience, aws: Aws, clock: Clock, deadline: Deadline, *, roles_are_new: bool) -> Mapping[str, Token]:
    """A token for each region of the audience's registries, asked for as its pull-only role.

    Args:
        roles_are_new: wait up to 90 seconds for a role that is refused because it is seconds old.

    Raises:
        RefusedError: AWS refused, or gave something that is no living token.
    """
    regions = dict.fromkeys(registry.region for registry in audience.registries)
    patience = min(_NEW_ROLE_SECONDS, deadline.remaining()) if roles_are_new else 0.0
    return {region: _mint_in(region, audience, aws, clock, patience) for region in regions}


def _mint_in(region: str, audience: Audience, aws: Aws, clock: Clock, patience: float) -> Token:
    give_up = clock.monotonic() + patience
    while True:
        try:
            authorization = aws.authorization(audience.role_arn, region)
            break
        except AwsError as error:
            if error.code not in _ACCESS_DENIED or clock.monotonic() + _NEW_ROLE_PAUSE > give_up:
                raise RefusedError(f"no token as {audience.role_arn} in {region}: {error}") from None
            clock.sleep(_NEW_ROLE_PAUSE)
    if authorization is None:
        raise RefusedError(f"no token as {audience.role_arn} in {region}: ECR's answer holds none")
    try:
        auth_entry(authorization.token.reveal())
    except ValueError as error:
        raise RefusedError(
            f"the token of {audience.role_arn} in {region} is not base64 of AWS:password: {error}"
        ) from None
    if authorization.expires_at is None:
        raise RefusedError(f"the token of {audience.role_arn} in {region} has no expiry")
    if authorization.expires_at <= clock.now():
        raise RefusedError(
            f"the token of {audience.role_arn} in {region} ended already, at {authorization.expires_at:%Y-%m-%dT%H:%MZ}"
        )
    return Token(authorization.token, authorization.expires_at)

"""Step one: mints a token for an audience, one per region, and checks its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..contract.plan import Audience
from ..docker.auth import DocumentError, auth_entry
from .aws import Aws, AwsError
from .clock import Clock
from .secret import Secret

_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException"})  # AWS's codes for a missing right


class RefusedError(Exception):
    """A token must not be published. The message says why, in one line and without the token.

    Attributes:
        denied: rights were missing, as is normal shortly after a role was created.
    """

    def __init__(self, message: str, *, denied: bool = False) -> None:
        super().__init__(message)
        self.denied = denied


@dataclass(frozen=True)
class Token:
    """A token for the registries of one region.

    Attributes:
        auth: the `auth` value, exactly as ECR returned it.
        expires_at: the expiry that ECR states; the code does not assume 12 hours.
    """

    auth: Secret
    expires_at: datetime


def mint(audience: Audience, aws: Aws, clock: Clock) -> Mapping[str, Token]:
    """Requests a token for each region of the audience's registries, with the audience's pull-only role.

    Raises:
        RefusedError: AWS refused, or returned something that is not a valid token.
    """
    regions = dict.fromkeys(registry.region for registry in audience.registries)
    return {region: _mint_in(region, audience, aws, clock) for region in regions}


def _mint_in(region: str, audience: Audience, aws: Aws, clock: Clock) -> Token:
    where = f"{audience.role_arn} in {region}"
    try:
        authorization = aws.authorization(audience.role_arn, region)
    except AwsError as error:
        raise RefusedError(f"no token as {where}: {error}", denied=is_denied(error)) from None
    if authorization is None:
        raise RefusedError(f"no token as {where}: ECR's answer holds none")
    try:
        auth_entry(authorization.token.reveal())
    except DocumentError as error:
        raise RefusedError(f"the token of {where} is not base64 of AWS:password: {error}") from None
    expires_at = authorization.expires_at
    if expires_at is None or expires_at.tzinfo is None:
        raise RefusedError(f"the token of {where} has no expiry")
    if expires_at <= clock.now():
        raise RefusedError(f"the token of {where} has already expired, at {expires_at:%Y-%m-%dT%H:%MZ}")
    return Token(authorization.token, expires_at)


def is_denied(error: Exception) -> bool:
    """Whether rights were missing, as is normal shortly after a role was created."""
    return error.denied if isinstance(error, RefusedError) else isinstance(error, AwsError) and error.code in _DENIED

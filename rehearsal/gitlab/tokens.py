"""Access tokens: their user, their expiry, and how a rotation affects their family."""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from .granular import Grant
from .messages import bad_request, bad_token, unauthorized
from .store import Owner
from .users import User

GUEST, REPORTER, DEVELOPER, MAINTAINER, OWNER = 10, 20, 30, 40, 50
ROTATED_LIFE = timedelta(weeks=1)
LONGEST_LIFE = timedelta(days=365)


@dataclass(eq=False)
class Token:
    """`owner` is the project or group of its access token, None for a personal one.

    `grant` is what a fine-grained one may do; None for one with scopes.
    """

    id: int
    name: str
    secret: str = field(repr=False)
    scopes: list[str]
    user: User
    family: int
    created_at: datetime
    expires_at: date | None
    owner: Owner | None = None
    access_level: int = 0
    revoked: bool = False
    last_used_at: datetime | None = None
    grant: Grant | None = None

    def expired(self, now: datetime) -> bool:
        """It expires at 00:00 UTC on the day it names."""
        return self.expires_at is not None and now.astimezone(UTC).date() >= self.expires_at

    def active(self, now: datetime) -> bool:
        return not self.revoked and not self.expired(now)

    def document(self, now: datetime) -> dict[str, Any]:
        shown = {
            "id": self.id,
            "name": self.name,
            "revoked": self.revoked,
            "created_at": _stamp(self.created_at),
            "description": None,
            "scopes": self.scopes,
            "user_id": self.user.id,
            "last_used_at": _stamp(self.last_used_at),
            "active": self.active(now),
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
        }
        if self.owner:
            shown |= {
                "access_level": self.access_level,
                "resource_type": self.owner.kind,
                "resource_id": self.owner.id,
            }
        return shown


class Tokens:
    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._by_secret: dict[str, Token] = {}
        self._users: dict[str, User] = {}
        self._ids = itertools.count(70001)
        self._user_ids = itertools.count(1)

    @property
    def all(self) -> list[Token]:
        return list(self._by_secret.values())

    @property
    def users(self) -> list[User]:
        return list(self._users.values())

    def user(self, username: str, *, bot: bool = False) -> User:
        """`root` is the instance's administrator, every other name an ordinary user."""
        if username not in self._users:
            self._users[username] = User(next(self._user_ids), username, admin=username == "root", bot=bot)
        return self._users[username]

    def bot(self, owner: Owner, access_level: int) -> User:
        user = self.user(f"{owner.kind}_{owner.id}_bot_{secrets.token_hex(8)}", bot=True)
        user.memberships[owner.kind, owner.id] = access_level
        return user

    def create(
        self,
        name: str,
        scopes: list[str],
        user: User,
        *,
        owner: Owner | None = None,
        access_level: int = 0,
        expires_at: date | None = None,
        family: int | None = None,
        grant: Grant | None = None,
    ) -> Token:
        number = next(self._ids)
        secret = f"glpat-fake-{secrets.token_hex(10)}"
        family = number if family is None else family
        token = Token(
            number, name, secret, scopes, user, family, self._now(), expires_at, owner, access_level=access_level,
            grant=grant,
        )  # fmt: skip
        self._by_secret[secret] = token
        return token

    def authenticate(self, secret: str | None, *, rotating: bool) -> Token:
        """If a revoked token is rotated again, it was stolen: its whole family is revoked."""
        token = self._by_secret.get(secret or "")
        if token is None:
            raise unauthorized()
        if token.revoked:
            if rotating:
                self.revoke_family(token)
            raise bad_token("Token was revoked. You have to re-authorize from the user.")
        if token.expired(self._now()):
            raise bad_token("Token is expired. You can either do re-authorization or token refresh.")
        token.last_used_at = self._now()
        return token

    def rotate(self, token: Token, expires_at: date | None) -> Token:
        """The old token no longer works when this returns: there is no time in which both work."""
        if token.revoked:
            self.revoke_family(token)
            raise bad_request("token already revoked")
        today = self._now().astimezone(UTC).date()
        expires_at = expires_at or today + ROTATED_LIFE
        self.check_life(expires_at)
        token.revoked = True
        return self.create(
            token.name,
            token.scopes,
            token.user,
            owner=token.owner,
            access_level=token.access_level,
            expires_at=expires_at,
            family=token.family,
            grant=token.grant,
        )

    def check_life(self, expires_at: date) -> None:
        last = self._now().astimezone(UTC).date() + LONGEST_LIFE
        if expires_at > last:
            raise bad_request(f"Expiration date must be before {last.isoformat()}")

    def forget(self, owner: Owner) -> None:
        self._by_secret = {secret: token for secret, token in self._by_secret.items() if token.owner is not owner}

    def revoke_family(self, token: Token) -> None:
        for other in self.all:
            if other.family == token.family:
                other.revoked = True


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None

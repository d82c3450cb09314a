"""Registry tokens as ECR issues them: their session, and their expiry.

Sessions expire in the emulator by real time, one hour after AssumeRole, while a token lives on as it does on AWS: only
this clock decides when it expires. Each request asks the emulator again what the session behind the token may do, so a
rehearsal that runs longer than an hour of real time gets a loud error of the registry front, never a denial.
"""

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

_PAYLOAD_BYTES: Final = 882  # with the data key, an `auth` value of about 2.7 kB, as real ones are
_DATA_KEY_BYTES: Final = 184


class Clock:
    """The time by which tokens expire: the real one, plus what `move` added."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def now(self) -> datetime:
        """The moved time."""
        return datetime.now(UTC) + self._offset

    def move(self, seconds: float) -> None:
        """Advance."""
        self._offset += timedelta(seconds=seconds)

    def return_to_real_time(self) -> None:
        """Undo all moves."""
        self._offset = timedelta()


@dataclass(frozen=True)
class Session:
    """Credentials that the emulator made: of a role session, or of an IAM user (then without a session token)."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(repr=False)
    principal_arn: str

    @property
    def account(self) -> str:
        """The principal's account."""
        return self.principal_arn.split(":")[4]


@dataclass(frozen=True)
class Token:
    """What is known of a registry token, without the token itself."""

    fingerprint: str
    session: Session
    region: str
    expires_at: datetime


class TokenBook:
    """All sessions and tokens that the front saw."""

    def __init__(self, clock: Clock, life: timedelta) -> None:
        self.clock = clock
        self.life = life
        self._sessions: dict[str, Session] = {}
        self._tokens: dict[str, Token] = {}
        self._lock = threading.Lock()

    def register(self, session: Session) -> None:
        """Remember a session, so that it may request tokens."""
        with self._lock:
            self._sessions[session.access_key] = session

    def session(self, access_key: str) -> Session | None:
        """The session of an access key whose creation was seen."""
        return self._sessions.get(access_key)

    def mint(self, session: Session, region: str) -> tuple[str, Token]:
        """A new token: its `auth` value, and what is known of it."""
        expires_at = (self.clock.now() + self.life).replace(microsecond=0)
        document = {
            "payload": base64.b64encode(secrets.token_bytes(_PAYLOAD_BYTES)).decode(),
            "datakey": base64.b64encode(secrets.token_bytes(_DATA_KEY_BYTES)).decode(),
            "version": "2",
            "type": "DATA_KEY",
            "expiration": int(expires_at.timestamp()),
        }
        password = base64.b64encode(json.dumps(document, separators=(",", ":")).encode())
        auth = base64.b64encode(b"AWS:" + password).decode()
        token = Token(fingerprint(auth), session, region, expires_at)
        with self._lock:
            self._tokens[token.fingerprint] = token
        return auth, token

    def find(self, auth: str) -> Token | None:
        """The token with this `auth` value, expired or not; None when it was not minted here."""
        return self._tokens.get(fingerprint(auth))

    def is_expired(self, token: Token) -> bool:
        """Whether the token's time is over."""
        return self.clock.now() >= token.expires_at

    def all(self) -> list[Token]:
        """Every token minted so far, oldest first."""
        with self._lock:
            return list(self._tokens.values())

    def kill(self, token_fingerprint: str) -> None:
        """A fault: this token expires now, whatever expiry was promised."""
        with self._lock:
            self._tokens[token_fingerprint] = replace(self._tokens[token_fingerprint], expires_at=self.clock.now())


def fingerprint(auth: str) -> str:
    """The name of a token in logs and tests."""
    return hashlib.sha256(auth.encode()).hexdigest()[:16]

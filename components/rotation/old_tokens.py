"""Tests the tokens that a run replaces: if a registry refuses one before its expiry, tokens expire early there."""

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final, cast

from ..docker import bounded_json
from ..docker.bounded_json import BoundedJsonError
from .clock import Clock
from .http import Http
from .prove import signs_in
from .secret import Secret

_DRIFT: Final = timedelta(minutes=5)  # between the clocks of three parties


class OldTokens:
    """Tests each distinct token once, in whichever thread sees it first."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._tried: dict[tuple[str, Secret], _Trial] = {}
        self.died_early: list[str] = []
        """One line for each token that was refused before it expired."""

    def now(self) -> datetime:
        """The time to compare expiry times with."""
        return self._clock.now()

    def refused(self, tokens: Iterable[tuple[str, Secret]], end: datetime) -> str | None:
        """The registry host that refuses its token; None when none does, or the tokens expire now anyway.

        Args:
            tokens: the tokens of one variable, by registry host.
            end: the expiry in its description.
        """
        left = end - self.now()
        if left < _DRIFT:
            return None
        return next((host for host, auth in tokens if not self._works(host, auth, left)), None)

    def _works(self, host: str, auth: Secret, left: timedelta) -> bool:
        with self._lock:
            trial = self._tried.setdefault((host, auth), _Trial())
        with trial.lock:
            if trial.works is None:
                trial.works = signs_in(host, auth, self._http) is not False
                if not trial.works:
                    self.died_early.append(
                        f"{host} refused a token {left.total_seconds() / 3600:.1f} hours before its expiry: unless it "
                        "was revoked on purpose, tokens expire early here; write a shorter interval"
                    )
        return trial.works


class _Trial:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.works: bool | None = None


def auths_in(value: str, hosts: Iterable[str]) -> dict[str, Secret]:
    """The tokens in a variable's value, by registry host; the value may be anything."""
    try:
        document: Any = bounded_json.loads(value)
    except BoundedJsonError:
        return {}
    auths: Any = cast("dict[str, Any]", document).get("auths") if isinstance(document, dict) else None
    entries = cast("dict[str, Any]", auths) if isinstance(auths, dict) else {}
    found: dict[str, Secret] = {}
    for host in hosts:
        entry: Any = entries.get(host)
        auth: Any = cast("dict[str, Any]", entry).get("auth") if isinstance(entry, dict) else None
        if isinstance(auth, str) and auth and auth.isascii() and auth.isprintable():
            found[host] = Secret(auth)
    return found

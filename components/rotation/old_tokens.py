"""The tokens that a run replaces are tried too: one that is refused before its own end tells that tokens die early."""

import json
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, cast

from .clock import Clock
from .http import Http
from .prove import signs_in
from .secret import Secret

_DRIFT: Final = timedelta(minutes=5)  # of the clocks of three parties


class OldTokens:
    """Tries each distinct token once, whichever thread meets it first."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: set[Secret] = set()
        self.died_early: list[str] = []
        """One line for each token that was refused before its end."""

    def look_at(self, value: str, valid_until: datetime | None, hosts: Mapping[str, str], where: str) -> None:
        """Tries the tokens in a variable's value.

        Args:
            value: the variable's value, whatever it is.
            valid_until: what its description promises.
            hosts: the registry hosts to look at, each with the host that answers for it.
            where: names the variable.
        """
        now = self._clock.now()
        if valid_until is None or valid_until - now < _DRIFT:
            return
        for host, auth in _auths(value, hosts).items():
            with self._lock:
                if auth in self._seen:
                    continue
                self._seen.add(auth)
            if signs_in(host, auth, self._http) is False:
                hours = (valid_until - now).total_seconds() / 3600
                self.died_early.append(
                    f"{host} refuses the token in {where} {hours:.1f} hours before its end: unless it was revoked on "
                    "purpose, tokens die early here; write a shorter interval"
                )


def _auths(value: str, hosts: Mapping[str, str]) -> dict[str, Secret]:
    try:
        document: Any = json.loads(value)
    except ValueError:
        return {}
    auths: Any = cast("dict[str, Any]", document).get("auths") if isinstance(document, dict) else None
    entries = cast("dict[str, Any]", auths) if isinstance(auths, dict) else {}
    found: dict[str, Secret] = {}
    for host, asked in hosts.items():
        entry: Any = entries.get(host)
        auth: Any = cast("dict[str, Any]", entry).get("auth") if isinstance(entry, dict) else None
        if isinstance(auth, str) and auth.isascii() and auth.isprintable():
            found[asked] = Secret(auth)
    return found

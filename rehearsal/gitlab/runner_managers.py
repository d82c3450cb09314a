"""The machines that work for a runner with its token: GitLab keeps one entry for each, by the machine's own id."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

_UNNAMED = "<legacy>"
_REPORTED = ("version", "revision", "platform", "architecture")
_ids = itertools.count(7001)


@dataclass(eq=False)
class Manager:
    """One machine, and what it reported about itself."""

    id: int
    system_id: str
    created_at: datetime
    contacted_at: datetime
    info: dict[str, Any] = field(default_factory=dict[str, Any])

    def document(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "system_id": self.system_id,
            **{key: self.info.get(key) for key in _REPORTED},
            "created_at": _moment(self.created_at),
            "contacted_at": _moment(self.contacted_at),
            "ip_address": "127.0.0.1",
            "status": "online",
        }


class Managers:
    """Those of one runner."""

    def __init__(self) -> None:
        self._by_system: dict[str, Manager] = {}

    def contacted(self, system_id: str | None, info: Mapping[str, Any], now: datetime) -> None:
        name = system_id or _UNNAMED
        manager = self._by_system.setdefault(name, Manager(next(_ids), name, now, now))
        manager.contacted_at = now
        manager.info.update(info)

    def remove(self, system_id: str) -> None:
        self._by_system.pop(system_id, None)

    def documents(self) -> list[dict[str, Any]]:
        return [manager.document() for manager in self._by_system.values()]


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

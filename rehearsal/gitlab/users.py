"""Users and the bot users behind project and group access tokens."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class User:
    """`memberships` maps a group's or project's kind and id to an access level."""

    id: int
    username: str
    admin: bool = False
    bot: bool = False
    memberships: dict[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])

    def brief(self) -> dict[str, Any]:
        return {"id": self.id, "username": self.username, "name": self.username, "state": "active"}

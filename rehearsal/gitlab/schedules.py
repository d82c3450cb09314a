"""Pipeline schedules of a project, and the pipelines that they started."""

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from .cron import next_run
from .messages import message
from .users import User


@dataclass(eq=False)
class Pipeline:
    """One run of a schedule; no runner is here to take it."""

    id: int
    ref: str
    source: str = "schedule"
    status: str = "pending"


@dataclass(eq=False)
class Schedule:
    id: int
    owner: User
    created_at: datetime
    description: str
    ref: str
    cron: str
    cron_timezone: str = "UTC"
    active: bool = True
    pipelines: list[Pipeline] = field(default_factory=list)

    def change(self, **attributes: Any) -> None:
        """Refuses what GitLab's model does; a short ref becomes a full one."""
        for name, value in attributes.items():
            setattr(self, name, value)
        if not self.ref.startswith("refs/"):
            self.ref = f"refs/heads/{self.ref}"
        try:
            next_run(self.cron, self.created_at)
        except ValueError:
            raise message(HTTPStatus.BAD_REQUEST, {"cron": [" is invalid syntax"]}) from None

    def document(self, url: str, now: datetime) -> dict[str, Any]:
        return {
            "id": self.id,
            "description": self.description,
            "ref": self.ref,
            "cron": self.cron,
            "cron_timezone": self.cron_timezone,
            "next_run_at": next_run(self.cron, now).isoformat(),
            "active": self.active,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.created_at.isoformat(),
            "owner": self.owner.brief() | {"avatar_url": None, "web_url": f"{url}/{self.owner.username}"},
        }

    def details(self, url: str, now: datetime) -> dict[str, Any]:
        last = self.pipelines[-1] if self.pipelines else None
        shown = {"id": last.id, "sha": "0" * 40, "ref": last.ref, "status": last.status} if last else None
        return self.document(url, now) | {"last_pipeline": shown, "variables": []}

"""Pipeline schedules of a project, their variables, and the pipelines that they started."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from .cron import next_run, zone
from .messages import message
from .users import User


@dataclass(eq=False)
class Pipeline:
    """One run of a schedule. No runner here takes its jobs."""

    id: int
    ref: str
    created_at: datetime
    source: str = "schedule"
    status: str = "pending"

    def brief(self) -> dict[str, Any]:
        return {"id": self.id, "sha": "0" * 40, "ref": self.ref, "status": self.status}

    def document(self, project_id: int, project_url: str) -> dict[str, Any]:
        return self.brief() | {
            "iid": self.id,
            "project_id": project_id,
            "source": self.source,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.created_at.isoformat(),
            "web_url": f"{project_url}/-/pipelines/{self.id}",
        }


@dataclass
class ScheduleVariable:
    """The additional variables of a schedule's pipelines, in the order in which the API lists their fields."""

    variable_type: str = "env_var"
    key: str = ""
    value: str = ""
    raw: bool = False

    def document(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(eq=False)
class Schedule:
    id: int
    owner: User
    created_at: datetime
    updated_at: datetime
    description: str
    ref: str
    cron: str
    cron_timezone: str = "UTC"
    active: bool = True
    pipelines: list[Pipeline] = field(default_factory=list[Pipeline])
    variables: list[ScheduleVariable] = field(default_factory=list[ScheduleVariable])

    def change(self, now: datetime, **attributes: Any) -> None:
        """Changes all or, as GitLab's model does, refuses and changes nothing; a short ref becomes a full one."""
        wanted = {name: value for name, value in attributes.items() if value is not None}
        timezone = wanted.get("cron_timezone", self.cron_timezone)
        problems: dict[str, list[str]] = {}
        try:
            zone(timezone)
        except ValueError:
            problems["cron_timezone"] = [" is invalid syntax"]
        try:
            next_run(wanted.get("cron", self.cron), self.created_at)
        except ValueError:
            problems["cron"] = [" is invalid syntax"]
        if problems:
            raise message(HTTPStatus.BAD_REQUEST, problems)
        for name, value in wanted.items():
            setattr(self, name, value)
        if not self.ref.startswith("refs/"):
            self.ref = f"refs/heads/{self.ref}"
        self.updated_at = now

    def document(self, url: str, now: datetime) -> dict[str, Any]:
        return {
            "id": self.id,
            "description": self.description,
            "ref": self.ref,
            "cron": self.cron,
            "cron_timezone": self.cron_timezone,
            "next_run_at": next_run(self.cron, now, self.cron_timezone).isoformat(),
            "active": self.active,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "owner": self.owner.brief() | {"avatar_url": None, "web_url": f"{url}/{self.owner.username}"},
        }

    def details(self, url: str, now: datetime) -> dict[str, Any]:
        return self.document(url, now) | {
            "last_pipeline": self.pipelines[-1].brief() if self.pipelines else None,
            "variables": [each.document() for each in self.variables],
        }

"""Runners as created through `POST /user/runners`."""

import itertools
import secrets
from dataclasses import dataclass, field
from typing import Any

from .messages import bad_request
from .store import Owner
from .users import User

RUNNER_TYPES = ("instance_type", "group_type", "project_type")
ACCESS_LEVELS = ("not_protected", "ref_protected")
_SHORTEST_TIMEOUT = 600
_LONGEST_NOTE = 1024


@dataclass(eq=False)
class Runner:
    id: int
    token: str = field(repr=False)
    runner_type: str
    owner: Owner | None
    creator: User
    description: str | None = None
    maintenance_note: str | None = None
    paused: bool = False
    locked: bool = False
    run_untagged: bool = True
    access_level: str = "not_protected"
    tag_list: list[str] = field(default_factory=list)
    maximum_timeout: int | None = None

    def registration(self) -> dict[str, Any]:
        return {"id": self.id, "token": self.token, "token_expires_at": None}

    def document(self) -> dict[str, Any]:
        place = [{"id": self.owner.id, "name": self.owner.name}] if self.owner else []
        return {
            "id": self.id,
            "description": self.description,
            "ip_address": None,
            "active": not self.paused,
            "paused": self.paused,
            "is_shared": self.runner_type == "instance_type",
            "runner_type": self.runner_type,
            "name": None,
            "online": None,
            "status": "never_contacted",
            "tag_list": self.tag_list,
            "run_untagged": self.run_untagged,
            "locked": self.locked,
            "maximum_timeout": self.maximum_timeout,
            "access_level": self.access_level,
            "maintenance_note": self.maintenance_note,
            "projects": place if self.runner_type == "project_type" else [],
            "groups": place if self.runner_type == "group_type" else [],
        }


class Runners:
    def __init__(self) -> None:
        self._runners: dict[int, Runner] = {}
        self._ids = itertools.count(9001)

    def create(self, runner_type: str, owner: Owner | None, creator: User, attributes: dict[str, Any]) -> Runner:
        given = {name: value for name, value in attributes.items() if value not in (None, "", [])}
        token = f"glrt-fake-{secrets.token_hex(10)}"
        runner = Runner(next(self._ids), token, runner_type, owner, creator, **given)
        problems: list[str] = []
        if not runner.run_untagged and not runner.tag_list:
            problems.append("Tags list can not be empty when runner is not allowed to pick untagged jobs")
        if runner.maximum_timeout is not None and runner.maximum_timeout < _SHORTEST_TIMEOUT:
            problems.append("Maximum timeout needs to be at least 10 minutes")
        if len(runner.maintenance_note or "") > _LONGEST_NOTE:
            problems.append(f"Maintenance note is too long (maximum is {_LONGEST_NOTE} characters)")
        if problems:
            raise bad_request(" and ".join(problems))
        self._runners[runner.id] = runner
        return runner

    def find(self, number: str) -> Runner | None:
        return self._runners.get(int(number)) if number.isdecimal() else None

    def by_token(self, token: str) -> Runner | None:
        return next((runner for runner in self._runners.values() if runner.token == token), None)

    def forget(self, owner: Owner) -> None:
        self._runners = {number: runner for number, runner in self._runners.items() if runner.owner is not owner}

    def remove(self, runner: Runner) -> None:
        del self._runners[runner.id]

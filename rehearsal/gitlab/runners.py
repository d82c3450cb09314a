"""Runners as created through `POST /user/runners`, and what GitLab's model refuses of them."""

import itertools
import secrets
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from .messages import bad_request, message
from .runner_managers import Managers
from .store import Owner
from .users import User

RUNNER_TYPES = ("instance_type", "group_type", "project_type")
ACCESS_LEVELS = ("not_protected", "ref_protected")
STATUSES = ("online", "offline", "stale", "never_contacted")
_SHORTEST_TIMEOUT = 600
_LONGEST_NOTE = 1024
_UNSET_BY_NULL = ("description", "maintenance_note", "maximum_timeout")


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
    tag_list: list[str] = field(default_factory=list[str])
    maximum_timeout: int | None = None
    status: str = "never_contacted"
    managers: Managers = field(default_factory=Managers)

    def registration(self) -> dict[str, Any]:
        return {"id": self.id, "token": self.token, "token_expires_at": None}

    def brief(self) -> dict[str, Any]:
        """What a list of runners shows."""
        return {
            "id": self.id,
            "description": self.description,
            "ip_address": None,
            "active": not self.paused,
            "paused": self.paused,
            "is_shared": self.runner_type == "instance_type",
            "runner_type": self.runner_type,
            "name": None,
            "online": None if self.status == "never_contacted" else self.status == "online",
            "status": self.status,
        }

    def document(self) -> dict[str, Any]:
        owner = [{"id": self.owner.id, "name": self.owner.name}] if self.owner else []
        return self.brief() | {
            "tag_list": self.tag_list,
            "run_untagged": self.run_untagged,
            "locked": self.locked,
            "maximum_timeout": self.maximum_timeout,
            "access_level": self.access_level,
            "maintenance_note": self.maintenance_note,
            "projects": owner if self.runner_type == "project_type" else [],
            "groups": owner if self.runner_type == "group_type" else [],
        }


class Runners:
    def __init__(self) -> None:
        self._runners: dict[int, Runner] = {}
        self._gone: dict[tuple[str, int], list[Runner]] = {}
        self._ids = itertools.count(9001)

    def create(self, runner_type: str, owner: Owner | None, creator: User, attributes: dict[str, Any]) -> Runner:
        given = {name: value for name, value in attributes.items() if value not in (None, "", [])}
        runner = Runner(next(self._ids), _new_token(), runner_type, owner, creator, **given)
        if problems := _problems(runner):
            raise bad_request(" and ".join(f"{_WORDS[name]} {text}" for name, text in problems.items()))
        self._runners[runner.id] = runner
        return runner

    def change(self, runner: Runner, attributes: dict[str, Any]) -> None:
        """Sets what was given, including null where the column takes it, or refuses and changes nothing."""
        given = {name: value for name, value in attributes.items() if value is not None or name in _UNSET_BY_NULL}
        candidate = replace(runner, **given)
        if problems := _problems(candidate):
            raise message(HTTPStatus.BAD_REQUEST, {name: [text] for name, text in problems.items()})
        runner.__dict__.update(candidate.__dict__)

    def newest_first(self) -> list[Runner]:
        return list(self._runners.values())[::-1]

    def find(self, number: str) -> Runner | None:
        return self._runners.get(int(number)) if number.isdecimal() else None

    def by_token(self, token: str) -> Runner | None:
        return next((runner for runner in self._runners.values() if runner.token == token), None)

    def forget(self, owner: Owner) -> None:
        """Removes the runners of a group or project, which come back with it."""
        self._gone[owner.kind, owner.id] = [runner for runner in self._runners.values() if runner.owner is owner]
        for runner in self._gone[owner.kind, owner.id]:
            self.remove(runner)

    def remember(self, owner: Owner) -> None:
        self._runners.update({runner.id: runner for runner in self._gone.pop((owner.kind, owner.id), [])})

    def remove(self, runner: Runner) -> None:
        del self._runners[runner.id]

    @staticmethod
    def reset_token(runner: Runner) -> None:
        """Gives it another token; the old one no longer works."""
        runner.token = _new_token()


def _new_token() -> str:
    return f"glrt-fake-{secrets.token_hex(10)}"


_WORDS = {"tags_list": "Tags list", "maximum_timeout": "Maximum timeout", "maintenance_note": "Maintenance note"}


def _problems(runner: Runner) -> dict[str, str]:
    """The model's message about each attribute that it refuses."""
    problems: dict[str, str] = {}
    if not runner.run_untagged and not runner.tag_list:
        problems["tags_list"] = "can not be empty when runner is not allowed to pick untagged jobs"
    if runner.maximum_timeout is not None and runner.maximum_timeout < _SHORTEST_TIMEOUT:
        problems["maximum_timeout"] = "needs to be at least 10 minutes"
    if len(runner.maintenance_note or "") > _LONGEST_NOTE:
        problems["maintenance_note"] = f"is too long (maximum is {_LONGEST_NOTE} characters)"
    return problems

"""What is broken where the instance is the only consumer, and which answers of a rotation end the rehearsal."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal.command_line import CommandRun
from rehearsal.consumers import Consumer
from rehearsal.faults import FaultError, break_and_mend
from rehearsal.namespaces import BOT, INSTANCE


@dataclass
class _GitLab:
    """Who may do what, and what happened."""

    administrators: set[str] = field(default_factory=lambda: {BOT})
    deleted: set[str] = field(default_factory=set[str])
    roles: dict[str, int] = field(default_factory=dict[str, int])
    value: str = "{}"

    def make_administrator(self, user: str, *, administrator: bool) -> None:
        (self.administrators.add if administrator else self.administrators.discard)(user)

    def add_member(self, _user: str, path: str, role: int) -> None:
        self.roles[path] = role

    def delete(self, path: str) -> None:
        self.deleted.add(path)

    def restore(self, path: str) -> None:
        self.deleted.discard(path)

    def variable(self, *_: str) -> dict[str, Any]:
        return {"value": self.value}


class _Rotations:
    """A rotator that fails where it may not write; a test may change its answer, or what it writes."""

    def __init__(self, gitlab: _GitLab, consumers: list[Consumer], **changed: Any) -> None:
        self._gitlab, self._consumers, self._changed = gitlab, consumers, changed

    def by_hand(self) -> tuple[CommandRun, dict[str, Any]]:
        failed = [not self._may_write(each) for each in self._consumers]
        targets = [
            {"target": f"{each.name} X", "status": "failed" if fails else "published", "reason": ""}
            for each, fails in zip(self._consumers, failed, strict=True)
        ]
        if "value" in self._changed and self._gitlab.roles:
            self._gitlab.value = self._changed["value"]
        return CommandRun("gitlab-ecr rotate", self._changed.get("exit_code", int(any(failed))), []), {
            "targets": targets
        }

    def _may_write(self, consumer: Consumer) -> bool:
        gitlab = self._gitlab
        if consumer.kind == INSTANCE:
            return BOT in gitlab.administrators
        return consumer.path not in gitlab.deleted and gitlab.roles.get(consumer.path, 40) >= 40


def _consumer(gitlab: _GitLab, kind: str, path: str) -> Consumer:
    world: Any = SimpleNamespace(gitlab=gitlab)
    return Consumer(world, path, kind, ("ci/*",), ("r.example.com",))


def _broken(gitlab: _GitLab, consumers: list[Consumer], **changed: Any) -> list[Any]:
    rotations: Any = _Rotations(gitlab, consumers, **changed)
    return list(break_and_mend(consumers[0].world, rotations, consumers))


def test_where_the_instance_is_the_only_consumer_its_administrator_loses_that_right() -> None:
    gitlab = _GitLab()
    lost, mended = _broken(gitlab, [_consumer(gitlab, INSTANCE, INSTANCE)])
    assert (lost.what, lost.exit_code) == ("the rotator's user is no administrator", 1)
    assert (mended.what, mended.exit_code) == ("the rotator's user has its role in instance again", 0)
    assert gitlab.administrators == {BOT}


def test_a_failure_that_the_exit_code_hides_ends_the_rehearsal() -> None:
    gitlab = _GitLab()
    words = r"^after the rotator's user is no administrator: `gitlab-ecr rotate` ended with exit code 0$"
    with pytest.raises(FaultError, match=words):
        _broken(gitlab, [_consumer(gitlab, INSTANCE, INSTANCE)], exit_code=0)


def test_a_variable_that_changes_without_the_right_to_change_it_ends_the_rehearsal() -> None:
    gitlab = _GitLab()
    consumers = [_consumer(gitlab, "project", path) for path in ("acme/a", "acme/b")]
    with pytest.raises(FaultError, match=r"^project acme/b: its variable changed without the right to change it$"):
        _broken(gitlab, consumers, value="{}{}")
    whole = _GitLab()
    both = [_consumer(whole, "project", path) for path in ("acme/a", "acme/b")]
    assert [each.exit_code for each in _broken(whole, both)] == [1, 1, 0]

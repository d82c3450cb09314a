"""The rotator's runs, as its log reports them."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from rehearsal.program import Program, Resource
from rehearsal.rotations import Rotations

_SCHEDULE = "aws:scheduler/schedule:Schedule"
_ROTATOR = "gitlab-ecr-test-rotator"


class LateLog:
    """A log whose line comes a while after the function has answered."""

    def __init__(self, late: int) -> None:
        self.asked, self._late = 0, late

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        self.asked += 1
        line = json.dumps({"gitlab_ecr_report": {"ok": True}}, separators=(",", ":"))
        return [{"events": [{"message": line, "timestamp": 1}] if self.asked > self._late else []}]


class BusyWorld:
    """A world that has seen one more request at each look, up to a limit."""

    def __init__(self, log: LateLog, requests: int) -> None:
        self.seen, self._log, self._requests = 0, log, requests

    def aws(self, _service: str) -> LateLog:
        return self._log

    @property
    def requests_seen(self) -> int:
        self.seen = min(self.seen + 1, self._requests)
        return self.seen


def _made(type_: str, **inputs: Any) -> Resource:
    return Resource(f"urn:{type_}:{inputs}", type_, "x", "", "id", inputs)


def _program(*more: Resource) -> Program:
    schedules = [
        _made(_SCHEDULE, target={"arn": f"arn:aws:lambda:r:1:function:{name}"}, scheduleExpression="rate(2 hours)")
        for name in (_ROTATOR, "gitlab-ecr-test-token-renewal")
    ]
    return Program([*schedules, *more], {"rotator": _ROTATOR})


def test_the_report_of_the_rotation_in_up_is_waited_for() -> None:
    log = LateLog(late=3)
    world: Any = BusyWorld(log, requests=0)
    found = Rotations(world, _program(_made("aws:lambda/invocation:Invocation")))
    assert found.reports == [{"ok": True}]
    assert log.asked == 4


def test_the_log_is_not_read_while_the_run_sends_requests() -> None:
    log = LateLog(late=1)
    world: Any = BusyWorld(log, requests=5)
    assert Rotations(world, _program(_made("aws:lambda/invocation:Invocation"))).reports == [{"ok": True}]
    assert world.seen == 5
    assert log.asked == 2


def test_the_log_is_read_after_the_longest_wait_even_while_requests_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehearsal.rotations._LONGEST_WAIT", 0.1)
    log = LateLog(late=2)
    world: Any = BusyWorld(log, requests=10**6)
    assert Rotations(world, _program(_made("aws:lambda/invocation:Invocation"))).reports == [{"ok": True}]
    assert log.asked == 3


def test_no_report_is_waited_for_if_up_does_not_rotate() -> None:
    log = LateLog(late=3)
    world: Any = SimpleNamespace(aws=lambda _: log)
    assert Rotations(world, _program()).reports == []
    assert log.asked == 0

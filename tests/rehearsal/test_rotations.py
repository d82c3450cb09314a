"""The rotator's runs, as its log reports them."""

import json
from types import SimpleNamespace
from typing import Any

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
    world: Any = SimpleNamespace(aws=lambda _: log)
    found = Rotations(world, _program(_made("aws:lambda/invocation:Invocation")))
    assert found.reports == [{"ok": True}]
    assert log.asked == 4


def test_where_up_rotates_nothing_no_report_is_waited_for() -> None:
    log = LateLog(late=3)
    world: Any = SimpleNamespace(aws=lambda _: log)
    assert Rotations(world, _program()).reports == []
    assert log.asked == 0

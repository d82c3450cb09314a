"""The steps of a journey through the engine."""

import pytest

from rehearsal.engine.steps import StepError, expect, taken


def _made() -> str:
    return "3 create"


def _nothing_is_left() -> str:
    expect(False, "left: a role")  # the condition is the example
    return "all gone"


def test_each_step_reports_until_one_fails_and_is_named() -> None:
    steps = taken([_made, _nothing_is_left, _made])
    assert next(steps) == "3 create"
    with pytest.raises(StepError, match=r"^nothing is left: left: a role$"):
        next(steps)
    assert list(steps) == []

"""The steps of a journey through the engine."""

import pytest

from rehearsal.engine.engine import Outcome, Step
from rehearsal.engine.steps import StepError, came_through, expect, taken, words


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


def test_a_run_of_the_engine_that_failed_ends_the_journey_with_its_errors() -> None:
    done, failed = Outcome(ok=True, steps=(), errors="a warning"), Outcome(ok=False, steps=(), errors="no such role")
    assert came_through(done) is done
    with pytest.raises(StepError, match=r"^no such role$"):
        came_through(failed)


def test_changes_are_counted_by_their_kind() -> None:
    assert words([Step(op, "a:b/c:C", "it") for op in ("update", "replace", "update")]) == "1 replace, 2 update"
    assert words([]) == ""

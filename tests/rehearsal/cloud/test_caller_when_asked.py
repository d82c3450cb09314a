"""The emulator looks a caller up when a service asks who it is."""

from contextvars import Context
from typing import Any

import pytest
from ministack.core import iam_evaluator

from rehearsal.cloud.caller_when_asked import find_callers_when_asked


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every look-up, which takes its answer from a header."""
    looked_up: list[Any] = []

    def find(headers: dict[str, str], query: dict[str, str] | None = None) -> str:
        looked_up.append((headers, query))
        return headers["caller"]

    monkeypatch.setattr(iam_evaluator, "request_caller_arn", find)
    monkeypatch.setattr(iam_evaluator, "caller_arn", lambda: "root")
    monkeypatch.setattr(iam_evaluator, "pin_request_caller", lambda: None)
    find_callers_when_asked()
    return looked_up


def test_a_caller_is_looked_up_when_its_arn_is_asked_for(found: list[Any]) -> None:
    iam_evaluator.pin_request_caller({"caller": "first"}, {})
    iam_evaluator.pin_request_caller({"caller": "second"}, {})
    assert found == []
    assert iam_evaluator.caller_arn() == "second"
    assert found == [({"caller": "second"}, {})]


def test_what_no_request_asks_for_is_asked_for_by_the_root(found: list[Any]) -> None:
    assert Context().run(iam_evaluator.caller_arn) == "root"
    assert found == []


def test_an_emulator_without_these_functions_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(iam_evaluator, "pin_request_caller")
    with pytest.raises(RuntimeError, match=r"adapt rehearsal/cloud/caller_when_asked\.py"):
        find_callers_when_asked()

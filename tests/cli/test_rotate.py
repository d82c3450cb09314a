"""What the answer of the rotator's function becomes, however it failed."""

import io
import json
from typing import Any

import pytest

from components.cli import rotate
from components.cli.errors import CliError
from components.cli.plan_source import Source


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets what the function answers."""

    def answer(payload: Any, **more: Any) -> None:
        text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()

        class Client:
            def invoke(self, **_: Any) -> dict[str, Any]:
                return {"Payload": io.BytesIO(text), **more}

        monkeypatch.setattr(rotate, "aws_client", lambda *_, **__: Client())

    return answer


_SOURCE = Source(None, "rotator", region="eu-central-1")


def test_a_run_that_ended_is_answered_as_it_is(answers: Any) -> None:
    answers({"ok": True, "failures": []})
    assert rotate.in_lambda(_SOURCE) == {"ok": True, "failures": []}


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'"text"', b"[" * 9_000])
def test_an_answer_that_is_no_object_is_named(answers: Any, payload: bytes) -> None:
    answers(payload)
    with pytest.raises(CliError, match=r"^--function rotator: its answer cannot be read; see its log$"):
        rotate.in_lambda(_SOURCE)


@pytest.mark.parametrize(
    ("payload", "words"),
    [({"errorType": "Runtime.ExitError"}, "Runtime.ExitError; see its log"), ({}, "it failed; see its log")],
)
def test_a_function_that_ended_without_words_is_reported_by_its_kind(answers: Any, payload: Any, words: str) -> None:
    answers(payload, FunctionError="Unhandled")
    with pytest.raises(CliError, match=f"^--function rotator: {words}$"):
        rotate.in_lambda(_SOURCE)


def test_each_failure_of_a_run_is_a_line(answers: Any) -> None:
    answers({"errorMessage": "audience a: no; project b: no"}, FunctionError="Unhandled")
    found = rotate.in_lambda(_SOURCE)
    assert (found["ok"], found["failures"]) == (False, ["audience a: no", "project b: no"])

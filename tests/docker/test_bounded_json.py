"""Untrusted JSON is read only up to a depth, a length and a size."""

import contextlib
import json
import threading
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from components.docker import bounded_json
from components.docker.bounded_json import DEPTH, BoundedJsonError


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[" * 100_000, "nested deeper than 64 levels"),
        ("[" * (DEPTH + 1) + "]" * (DEPTH + 1), "nested deeper than 64 levels"),
        ('{"a":' * 70 + "1" + "}" * 70, "nested deeper than 64 levels"),
        ('["\\"' + "[" * 70 + '",' + "[" * 70, "nested deeper than 64 levels"),
        ("9" * 5_000, "a number of 5000 characters"),
        ("-" + "9" * 5_000, "a number of 5001 characters"),
        ("0." + "1" * 50, "a number of 52 characters"),
        ("1e999", "a number that is too large"),
        ("-1e999", "a number that is too large"),
        ("NaN", "NaN or Infinity"),
        ("[-Infinity]", "NaN or Infinity"),
        ("", "is not JSON: line 1, column 1"),
        ("{", "is not JSON"),
        ("\ufeff{}", "is not JSON"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_a_file_that_is_not_read_is_reported_without_its_content(text: str | bytes, problem: str) -> None:
    with pytest.raises(BoundedJsonError, match=problem) as caught:
        bounded_json.loads(text)
    assert len(str(caught.value)) < 60


def test_a_text_that_is_too_long_is_not_parsed() -> None:
    with pytest.raises(BoundedJsonError, match="longer than 10 characters"):
        bounded_json.loads("[" * 11, limit=10)
    assert bounded_json.loads("[1,2,3,4]", limit=10) == [1, 2, 3, 4]


def test_brackets_within_texts_do_not_count_as_depth() -> None:
    document = {"a": ["[{" * 200, '\\"[' * 200], "b": [{}] * 500}
    assert bounded_json.loads(json.dumps(document)) == document


def test_a_document_at_the_depth_limit_is_read_in_a_thread_with_a_small_stack() -> None:
    found: list[Any] = []
    threading.stack_size(128 * 1024)
    try:
        thread = threading.Thread(target=lambda: found.append(bounded_json.loads("[" * DEPTH + "]" * DEPTH)))
        thread.start()
    finally:
        threading.stack_size(0)
    thread.join()
    assert len(found) == 1


_LEAVES = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text()
_VALUES = st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(_VALUES)
def test_everything_else_is_read_as_python_does(value: Any) -> None:
    assert bounded_json.loads(json.dumps(value)) == value


@given(st.text(alphabet='[]{}",:\\0123456789eE+-.tn \n\ud800', max_size=400) | st.binary(max_size=200))
def test_no_text_raises_anything_but_the_error_of_bounded_json(text: str | bytes) -> None:
    with contextlib.suppress(BoundedJsonError):
        bounded_json.loads(text)

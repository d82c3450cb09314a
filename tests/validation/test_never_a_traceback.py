"""Any content of a stack file: each mistake gets a message, and nothing ends in a traceback."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stack_file.text import parse
from validation.remarks import Problem, validate

_DATA = Path(__file__).parents[1] / "data"
_VALID = [
    yaml.load(path.read_text(), yaml.CSafeLoader)
    for path in (
        _DATA / "examples" / "Pulumi.prod.yaml",
        _DATA / "examples" / "Pulumi.dev.yaml",
        _DATA / "examples" / "Pulumi.bootstrap.yaml",
        _DATA / "stacks" / "company.yaml",
        _DATA / "Pulumi.gitlab.yaml",
    )
]
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(
        ["", " ", "\x00", "é", "🦊", "a" * 5000, "*", "$x", "https://[", "http://x:99999", "1234-5678-9012"]
    ),
    st.just([]),
    st.just({}),
    st.lists(st.text(max_size=5), max_size=3),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    st.just({"secure": "v1:abc"}),
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [place for key, item in items for place in [(*path, key), *_places(item, (*path, key))]]


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    document: Any = copy.deepcopy(draw(st.sampled_from(_VALID)))
    for _ in range(draw(st.integers(1, 3))):
        places = [place for place in _places(document) if len(place) > 1]
        if not places:
            break
        *above, last = draw(st.sampled_from(places))
        parent: Any = document
        for key in above:
            parent = parent[key]
        match draw(st.sampled_from(["drop", "retype", "rename", "empty"])):
            case "drop":
                del parent[last]
            case "rename" if isinstance(parent, dict):
                parent[draw(st.one_of(st.text(max_size=10), st.just(f"{last}s")))] = parent.pop(last)
            case "empty":
                parent[last] = type(parent[last])() if parent[last] is not None else None
            case _:
                parent[last] = draw(_VALUES)
    return yaml.safe_dump(document, allow_unicode=True)


def _check(text: str) -> list[Problem]:
    (found,) = validate([parse(text, Path("Pulumi.mine.yaml"))])
    for each in found:
        assert "the program stops" not in each.message, f"{each}\n{text}"
        assert "Traceback" not in each.message
        assert "_arn" not in each.key
    return found


@given(_mutated())
def test_a_changed_file_gives_messages_and_no_traceback(text: str) -> None:
    _check(text)


@pytest.mark.slow(reason="each example runs the whole program on the production stack file")
@given(st.data())
def test_a_line_that_is_repeated_or_lost_gives_messages_and_no_traceback(data: st.DataObject) -> None:
    lines = (_DATA / "examples" / "Pulumi.prod.yaml").read_text().splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 1))
    _check("".join([*lines[:at], *(lines[at : at + 1] * data.draw(st.sampled_from([0, 2, 3]))), *lines[at + 1 :]]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "config:",
        "config: []",
        "[1, 2]",
        "config: &a {x: *a}",
        "config: {? [a]: b}",
        "config: {gitlab-ecr:consumers: {<<: [1]}}",
        "config:\n\taws:region: x",
        "config: {gitlab-ecr:account: 012345678901}",
        "config: {account: x}",
        "config: " + "[" * 1000,
        "confg: {}",
        "a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nconfig: {c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]}",
    ],
)
def test_text_that_is_not_a_stack_file_gives_messages_and_no_traceback(text: str) -> None:
    assert _check(text)

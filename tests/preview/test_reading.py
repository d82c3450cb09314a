"""Whatever a merge request's program puts into a preview's JSON, the result is a note or an error of one line."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iam_json import policy
from previews import ACCESS, ROLE, ROLE_POLICY, allow, preview_json, runners, stack, step

from components.preview import note as preview_note
from components.preview import reading

_DATA = Path(__file__).parents[1] / "data" / "preview"
_WHOLE = [runners(), *(file.read_text() for file in sorted(_DATA.parent.glob("preview*/*.json")))]
_URN = "urn:pulumi:prod::gitlab-ecr::aws:s3/bucket:Bucket::x"


def _steps(*steps: Any, **more: Any) -> str:
    return json.dumps({"steps": list(steps), "diagnostics": [], "changeSummary": {}, **more})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 100_000, "more than 64 lists and maps inside each other"),
        ('{"steps": ' + "[" * 900 + "]" * 900 + "}", "more than 64 lists and maps"),
        ('{"steps": 7}', "steps: got a number in place of a list"),
        ('{"steps": "abc"}', "steps: got a text in place of a list"),
        ('{"steps": [7]}', "steps[0]: got a number in place of a map"),
        ('{"steps": [{}]}', "steps[0].urn: got nothing in place of a resource's URN"),
        (_steps({"op": "create", "urn": 7}), "steps[0].urn: got a number in place of a text"),
        (_steps({"op": "create", "urn": "x"}), "steps[0].urn: got a text in place of a resource's URN"),
        (_steps({"op": "create", "urn": "urn:pulumi:prod::gitlab-ecr::x"}), "steps[0].urn"),
        (_steps({"urn": _URN}), "steps[0].op: got nothing in place of a text"),
        (_steps({"op": ["create"], "urn": _URN}), "steps[0].op: got a list in place of a text"),
        (_steps({"op": "create", "urn": _URN, "newState": []}), "steps[0].newState: got a list in place of a map"),
        (
            _steps({"op": "create", "urn": _URN, "newState": {"inputs": "x"}}),
            "steps[0].newState.inputs: got a text in place of a map",
        ),
        (
            _steps({"op": "create", "urn": _URN, "newState": {"type": 7}}),
            "steps[0].newState.type: got a number in place of a text",
        ),
        (
            _steps({"op": "update", "urn": _URN, "diffReasons": "tags"}),
            "steps[0].diffReasons: got a text in place of a list",
        ),
        (
            _steps({"op": "update", "urn": _URN, "replaceReasons": [{}]}),
            "steps[0].replaceReasons[0]: got a map in place of a text",
        ),
        ('{"changeSummary": {"create": "many"}}', "changeSummary.create: got a text in place of a whole number"),
        ('{"changeSummary": {"create": 1e999}}', "changeSummary.create: got a number in place of a whole number"),
        ('{"changeSummary": {"create": true}}', "changeSummary.create: got true or false in place of a whole number"),
        ('{"changeSummary": {"create": -1}}', "changeSummary.create: got a number in place of a whole number"),
        ('{"changeSummary": {"create": NaN}}', "NaN is not JSON"),
        ('{"changeSummary": {"create": ' + "9" * 5000 + "}}", "preview: got no preview in JSON"),
        ('{"diagnostics": {}}', "diagnostics: got a map in place of a list"),
        ('{"diagnostics": [null, 7]}', "diagnostics[1]: got a number in place of a map"),
        ('{"diagnostics": [{"severity": "error", "message": 7}]}', "diagnostics[0].message: got a number"),
        ('{"steps": [], "note": "\\ud800"}', "a text with half a character"),
        ('{"steps": [], "\\udfff": 1}', "a text with half a character"),
        ("{}", "no steps, diagnostics or changeSummary"),
        ("7", "no steps, diagnostics or changeSummary"),
        ("", "got no preview in JSON; pass the output of `pulumi preview --json`"),
    ],
)
def test_an_invalid_preview_gives_one_line_with_the_place(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=r"^preview: got no preview in JSON") as caught:
        reading.read(text)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 300


def test_no_message_shows_a_wrong_value() -> None:
    with pytest.raises(ValueError, match=r"steps\[0\]") as caught:
        reading.read(_steps("glpat-fake-0000"))
    assert "glpat" not in str(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        {"Condition": ["x"]},
        {"Condition": "x"},
        {"Condition": {"StringEquals": "x"}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": {"a": [1]}}}},
        {"Principal": 7},
        {"Principal": {"AWS": {"x": 1}}},
        {"Action": {"x": 1}},
        {"Action": [["ecr:BatchGetImage"]], "Effect": ["Allow"]},
        {"Resource": 7},
        {"NotAction": {"x": 1}, "NotResource": [None]},
    ],
)
@pytest.mark.parametrize("type_", [ROLE_POLICY, "aws:ecr/repositoryPolicy:RepositoryPolicy"])
def test_a_policy_that_iam_could_not_read_still_has_a_note(type_: str, statement: dict[str, Any]) -> None:
    odd = policy({**allow("ecr:BatchGetImage", "*"), **statement})
    assert "### Access preview" in _note(
        preview_json(stack(), step("create", type_, "x", new={"role": "r", "policy": odd}))
    )


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"Statement": ' + "[" * 900 + "]" * 900 + "}", '{"Statement": ["\\ud800"]}']
)
def test_a_policy_that_is_not_json_is_reported(text: str) -> None:
    made = step("create", ROLE, "x", new={"name": "r", "assumeRolePolicy": text})
    assert "its `assumeRolePolicy` is secret or not JSON, and is not shown" in _note(preview_json(stack(), made))


def test_a_pattern_with_many_stars_ends_in_bounded_time() -> None:
    slow = "*".join("ecrecrecrecrecrecrecr") + "x"
    declared = {"repositories": ["a" * 200], "consumers": {"acme/web": {"pull": ["a*" * 60 + "b"]}}}
    made = step("create", ROLE_POLICY, "x", new={"role": "r", "policy": policy(allow(slow, "*"))})
    access = step("create", ACCESS, "access", new={"declaration": declared})
    assert "`acme/web`" in _note(preview_json(stack("create"), access, made))


_ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.just("\ud800")
    | st.just("9" * 30),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(_WHOLE), st.integers(0, 10**6), _ANYTHING)
def test_any_value_at_any_place_of_a_preview_gives_a_note_or_one_line(text: str, place: int, value: Any) -> None:
    document = json.loads(text)
    places = list(_places(document))
    holder, key = places[place % len(places)]
    holder[key] = value
    try:
        words = _note(json.dumps(document))
    except ValueError as error:
        words = str(error)
    assert words.encode()
    assert words.startswith("<!-- gitlab-ecr plan-note ") or re.fullmatch("preview: got no preview in JSON.*", words)


_KEYS = ("Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "Condition", "Sid")


@given(st.lists(st.dictionaries(st.sampled_from(_KEYS), _ANYTHING | st.sampled_from(["Allow", "*", "ecr:*"]))))
def test_any_policy_gives_a_note(statements: list[dict[str, Any]]) -> None:
    odd = policy(*statements)
    for type_ in (ROLE_POLICY, "aws:kms/key:Key"):
        note = _note(preview_json(stack(), step("create", type_, "x", new={"role": "r", "policy": odd})))
        assert note.encode()


def _note(text: str) -> str:
    return preview_note.note(reading.read(text))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    keys: Any = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield value, key
        yield from _places(value[key])

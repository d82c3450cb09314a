"""JSON as Go reads it. If they disagree, a variable works with one of them only."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.docker.go_json import GoJsonError, Members, Value, decode_first, fold


def _plain(value: Value) -> object:
    if isinstance(value, Members):
        return {key: _plain(item) for key, item in value}
    return [_plain(item) for item in value] if isinstance(value, list) else value


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(_json, st.booleans(), st.sampled_from(["", " ", "\n\t\r "]), st.sampled_from(["", " x", "}", '{"a":1}']))
def test_json_that_python_writes_is_read_with_any_text_around_it(
    value: object, ascii_: bool, lead: str, rest: str
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_)
    if isinstance(value, float) and rest == "":
        rest = " "
    assert _plain(decode_first(lead + text + rest)[0]) == value


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        _, found = decode_first(text)
    except GoJsonError as error:
        words = str(error)
    else:
        assert found == bool(text.strip(" \t\r\n"))
        return
    assert words == "unexpected EOF" or words.startswith("invalid character '")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{not json", "invalid character 'n' looking for beginning of object key string"),
        ("x", "invalid character 'x' looking for beginning of value"),
        ("\ufeff{}", "invalid character 'ï' looking for beginning of value"),
        ("{'a':1}", "invalid character '\\'' looking for beginning of object key string"),
        ('{"a" 1}', "invalid character '1' after object key"),
        ('{"a":1 "b":2}', "invalid character '\"' after object key:value pair"),
        ('{"a":1,}', "invalid character '}' looking for beginning of object key string"),
        ("[1 2]", "invalid character '2' after array element"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ('{"a":"b\nc"}', "invalid character '\\n' in string literal"),
        ('{"a":"b\\qc"}', "invalid character 'q' in string escape code"),
        ('{"a":"\\u12x4"}', "invalid character 'x' in \\u hexadecimal character escape"),
        ('{\\"a\\":1}', "invalid character '\\\\' looking for beginning of object key string"),
        ("nil", "invalid character 'i' in literal null (expecting 'u')"),
        ("NaN", "invalid character 'N' looking for beginning of value"),
        ("[-x]", "invalid character 'x' in numeric literal"),
        ("[01]", "invalid character '1' after array element"),
        ("[1.]", "invalid character ']' after decimal point in numeric literal"),
        ("[1e]", "invalid character ']' in exponent of numeric literal"),
        ("\x01", "invalid character '\\x01' looking for beginning of value"),
        ('{"auths":{"a":', "unexpected EOF"),
        ('"', "unexpected EOF"),
        ("[" * 100_000, "invalid character '[' exceeded max depth"),
    ],
)
def test_a_mistake_is_reported_with_gos_message(text: str, words: str) -> None:
    with pytest.raises(GoJsonError) as caught:
        decode_first(text)
    assert str(caught.value) == words


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    assert decode_first('"\\ud800"')[0] == "\ufffd"
    assert decode_first('"\\ud83d\\ude00"')[0] == "😀"


def test_keys_are_equal_regardless_of_case_also_outside_ascii() -> None:
    assert fold("AuthS") == fold("auths") == fold("auth\u017f")
    assert fold("ß") != fold("ss")

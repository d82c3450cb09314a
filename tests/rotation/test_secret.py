"""A token as people and files give it: white space around it is removed, anything else is refused."""

import json

import pytest

from components.cli.gitlab_api import given_token, own_token
from components.rotation.gitlab_secret import tokens_in
from components.rotation.secret import Secret, TokenError, token_in

_TOKEN = "glpat-fake-0000-Qx7Lm2Vd9Tz4"
_AROUND = {
    "a line break": "\n", "CR LF": "\r\n", "a tab": "\t", "spaces": "   ", "a vertical tab": "\v\f", "NUL": "\x00",
    "a byte order mark": "\ufeff", "no width": "\u200b", "a fixed space": "\u00a0", "all": " \t\r\n\ufeff",
}  # fmt: skip


@pytest.mark.parametrize("around", _AROUND.values(), ids=_AROUND)
def test_space_around_a_token_is_removed_wherever_it_comes_from(around: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (f"{_TOKEN}{around}", f"{around}{_TOKEN}", f"{around}{_TOKEN}{around}"):
        assert token_in(text, "here").reveal() == _TOKEN
        assert given_token(text, "the token").reveal() == _TOKEN
        assert [token.reveal() for token in tokens_in(Secret(json.dumps({"tokens": [text]})))] == [_TOKEN]
        if "\x00" not in around:  # no environment holds one
            monkeypatch.setenv("GITLAB_TOKEN", text)
            assert own_token().reveal() == _TOKEN
    assert [token.reveal() for token in tokens_in(Secret(f"{around}{_TOKEN}{around}"))] == [_TOKEN]


@pytest.mark.parametrize(
    "within", ["\n", "\r\n", "\t", " ", '"', "'", "\\", "`", "\u00e9", "\ud800", "\x00", "\x7f"], ids=repr
)
def test_characters_inside_a_token_are_refused_and_not_shown(within: str) -> None:
    with pytest.raises(TokenError) as refused:
        token_in(f"glpat-fake{within}{_TOKEN}", "here")
    assert _TOKEN not in str(refused.value)
    assert str(refused.value).startswith("here: ")

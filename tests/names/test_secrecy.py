"""A message shows the kind of a value that may be secret, and no part of its content."""

from datetime import date
from typing import Any

import pytest

from components.names.secrecy import kind, may_hold_secrets, without_tokens


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "nothing"),
        ({"a": "fake"}, "keys and values"),
        (["fake"], "a list"),
        (("fake",), "a list"),
        ("fake", "text"),
        (True, "true or false"),
        (7, "a number"),
        (7.5, "a number"),
        (date(2026, 1, 2), "another value"),
    ],
)
def test_only_the_kind_is_shown(value: Any, message: str) -> None:
    assert kind(value) == message


def test_passwords_are_expected_in_logins_and_environments_only() -> None:
    assert may_hold_secrets(("consumers", "acme/web", "auths", "r.io"))
    assert may_hold_secrets(("runners", "r", "environment", 0))
    assert may_hold_secrets(("variables", "web"))
    assert may_hold_secrets(("variables", "web", "value"))
    assert not may_hold_secrets(("variables", "web", "owner_kind"))
    assert not may_hold_secrets(("consumers", "acme/web", "environment_scopes"))


@pytest.mark.parametrize("token", ["glpat-fake0000", "glrt-fake0000", "AKIAFAKE0000", "ghp_fake0000"])
def test_a_token_is_hidden_and_what_is_around_it_is_not(token: str) -> None:
    assert without_tokens(f"{{A: '{token}', B: 'c'}}") == "{A: '[hidden]', B: 'c'}"

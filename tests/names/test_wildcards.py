"""Wildcards, against the plain way to write them, and in bounded time."""

import re

from hypothesis import given
from hypothesis import strategies as st

from components.names.wildcards import expression


@given(pattern=st.text("ab*?.", max_size=8), text=st.text("ab.\n", max_size=10))
def test_it_matches_what_the_plain_expression_matches(pattern: str, text: str) -> None:
    plain = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    found = re.fullmatch(expression(pattern, one="?"), text) is not None
    assert found is (re.fullmatch(plain, text, re.DOTALL) is not None)


@given(pattern=st.text("ab*?", max_size=6), text=st.text("ab?", max_size=8))
def test_nothing_but_the_star_is_special_by_default(pattern: str, text: str) -> None:
    plain = re.escape(pattern).replace(r"\*", ".*")
    assert (re.fullmatch(expression(pattern), text) is not None) is (re.fullmatch(plain, text, re.DOTALL) is not None)


def test_many_stars_take_no_longer_than_one() -> None:
    assert re.fullmatch(expression("a*" * 200 + "b"), "a" * 2000) is None

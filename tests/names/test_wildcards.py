"""Wildcards, against the plain way to write them, and in bounded time."""

import re

from hypothesis import given
from hypothesis import strategies as st

from components.names.wildcards import expression


@given(pattern=st.text("ab*?.", max_size=8), text=st.text("ab.\n", max_size=10))
def test_a_pattern_matches_what_the_plain_expression_matches(pattern: str, text: str) -> None:
    plain = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    found = re.fullmatch(expression(pattern, one="?"), text) is not None
    assert found is (re.fullmatch(plain, text, re.DOTALL) is not None)


@given(pattern=st.text("ab*?", max_size=6), text=st.text("ab?", max_size=8))
def test_by_default_only_the_star_is_special(pattern: str, text: str) -> None:
    plain = re.escape(pattern).replace(r"\*", ".*")
    assert (re.fullmatch(expression(pattern), text) is not None) is (re.fullmatch(plain, text, re.DOTALL) is not None)


def test_a_pattern_with_many_stars_ends_in_bounded_time() -> None:
    assert re.fullmatch(expression("a*" * 200 + "b"), "a" * 2000) is None

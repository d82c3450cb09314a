"""Seconds, as a reader of a note wants them."""

from typing import Any

import pytest

from components.preview.markdown import duration


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [("nothing", "`nothing`"), (None, "`None`"), ("inf", "`inf`"), ([3], "`[3]`")],
)
def test_what_is_no_number_is_shown_as_it_is(seconds: Any, shown: str) -> None:
    assert duration(seconds) == shown


def test_a_number_is_shown_in_hours_and_minutes() -> None:
    assert (duration(43200), duration("5400")) == ("12 hours", "1 hour 30 minutes")

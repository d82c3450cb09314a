"""Versions as GitLab writes them, and the first one in which roles can distinguish forks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.names.gitlab_release import release, tells_forks_apart


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ("18.2.2", True),
        ("18.2.2-ee", True),
        ("18.2.10-ce.0", True),
        ("18.3.0-pre", True),
        ("19.4.0-ee", True),
        ("100.0", True),
        (" 18.2.2\n", True),
        ("18.2.1-ee", False),
        ("18.2", False),
        ("18.1.99", False),
        ("17.11.7-ee", False),
        ("9.5.10", False),
        ("", False),
        ("None", False),
        ("19", False),
        ("v19.4.0", False),
        ("19.4.0ee", False),
        ("18.2.2rc1", False),
        ("1٩.4.0", False),
        ("-19.4.0", False),
        ("18.2.2.1x" * 1000, True),
    ],
)
def test_a_version_that_is_not_known_to_be_safe_counts_as_unsafe(version: str, *, safe: bool) -> None:
    assert tells_forks_apart(version) is safe


@given(st.text() | st.from_regex(r"\d+\.\d+\.\d+(-ee)?", fullmatch=True))
def test_any_text_is_a_release_or_none(version: str) -> None:
    found = release(version)
    assert found is None or all(number >= 0 for number in found)

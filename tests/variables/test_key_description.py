from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.variables.description import LIMIT, is_ours, valid_until
from components.variables.key_description import describe, described, ending

_KEY = "AKIAFAKE000000WXYZ"


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda made: made.year >= 2000))
def test_a_description_is_read_back_to_the_minute(made: datetime) -> None:
    text = describe(_KEY, made)
    found = described(text)
    assert found is not None
    assert (found.ending, found.made) == ("...WXYZ", made.replace(second=0, microsecond=0))
    assert len(text) <= LIMIT
    assert is_ours(text)
    assert valid_until(text) is None  # it describes a key, and no token


def test_only_the_last_four_characters_are_shown() -> None:
    assert ending(_KEY) == "...WXYZ"
    assert describe(_KEY, datetime(2026, 11, 22, 20, tzinfo=UTC)) == (
        "gitlab-ecr: access key ...WXYZ, made 2026-11-22T20:00Z"
    )


@pytest.mark.parametrize(
    "text", [None, "", "mine", "gitlab-ecr: waiting for the first rotation",
             "gitlab-ecr: access key ...WXYZ, made 2026-99-22T20:00Z",
             "gitlab-ecr: access key ...WXYZ, made 2026-11-22T20:00Z and more"],
)  # fmt: skip
def test_a_text_that_the_rotator_did_not_write_names_no_key(text: str | None) -> None:
    assert described(text) is None

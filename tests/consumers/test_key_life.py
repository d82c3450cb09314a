from datetime import timedelta

import pytest

from components.consumers.key_life import DEFAULT, key_life


def test_by_default_a_key_lives_thirty_days_and_overlaps_for_one() -> None:
    assert key_life() == DEFAULT
    assert (DEFAULT.age, DEFAULT.grace) == (timedelta(days=30), timedelta(days=1))


@pytest.mark.parametrize(
    ("age", "grace", "interval"), [("90 days", "45 days", "2 hours"), ("6 hours", "2 hours", "2 hours")]
)
def test_an_age_and_a_grace_period_that_fit_together_are_accepted(age: str, grace: str, interval: str) -> None:
    assert key_life(age, grace, interval).age >= 2 * key_life(age, grace, interval).grace


@pytest.mark.parametrize(
    ("age", "grace", "interval", "words"),
    [
        ("91 days", "1 day", "2 hours", r"^access_key_age: got '91 days'; write 90 days or less$"),
        ("a month", "1 day", "2 hours", r"^access_key_age: got 'a month'; write a whole number and a unit"),
        ("30 days", "soon", "2 hours", r"^access_key_grace: got 'soon'"),
        ("30 days", "59 minutes", "30 minutes", r"^access_key_grace: got '59 minutes'; write an hour or more"),
        ("30 days", "2 hours", "3 hours", r"^access_key_grace: got '2 hours'; .*than the interval \(3 hours\)"),
        ("3 hours", "2 hours", "2 hours", r"^access_key_age: got '3 hours' with an .*; write at least twice the grace"),
    ],
)  # fmt: skip
def test_an_invalid_age_or_grace_period_is_refused_with_its_key(
    age: str, grace: str, interval: str, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        key_life(age, grace, interval)

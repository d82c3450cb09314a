"""GitLab's limit on requests decides how many variables one run writes; the advice is another user's token."""

import pytest

from components.contract.load import capacity, too_many


def test_at_what_gitlab_com_allows_a_run_writes_some_fourteen_thousand() -> None:
    assert capacity(2_000 // 60) == 13_860
    assert capacity(30) == 12_600


def test_what_fits_is_not_mentioned() -> None:
    assert too_many(12_600, 30) == ""


@pytest.mark.parametrize(
    ("variables", "advice"),
    [
        (12_601, "make one more stack with a token of another user"),
        (25_200, "make one more stack with a token of another user"),
        (25_201, "make 2 more stacks with tokens of other users"),
    ],
)
def test_beyond_it_the_advice_is_another_user_not_more_compute(variables: int, advice: str) -> None:
    words = too_many(variables, 30)
    assert words.endswith(advice)
    assert "GitLab counts the requests of each user" in words
    assert f"{variables:,} variables; at 30 requests a second one run writes 12,600" in words

"""Ids from GitLab, in each form in which a program may give them."""

from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.arguments import numbers
from components.names.locations import MistakesError
from validation.recorder import Recorder


@given(st.integers(1, 2**53))
def test_an_id_is_the_same_in_every_form(number: int) -> None:
    assert repr([numbers.whole(each) for each in (number, str(number), float(number))]) == repr([number] * 3)


@pytest.mark.parametrize(
    "given_",
    [0, -1, 1.5, float("inf"), float("nan"), "", "0", "-1", "1.0", "1e3", " 1", "\u0661", "acme/web", True, None, [1]],
)
def test_an_invalid_gitlab_id_is_refused_with_what_to_write(given_: Any) -> None:
    with pytest.raises(ValueError, match=r"^got .*; write the number that GitLab shows on the project's page$"):
        numbers.whole(given_, "project's")


def resolved(recorder: Recorder, value: Any) -> list[Any]:
    seen: list[Any] = []
    pulumi.runtime.test(lambda: pulumi.Output.from_input(value).apply(seen.append))()
    return seen


@pytest.mark.parametrize("known", [20, "20", 20.0])
def test_an_output_becomes_text_when_it_is_known(recorder: Recorder, known: Any) -> None:
    found = numbers.text(pulumi.Output.from_input(known), "consumers", "acme/web", "id")
    assert isinstance(found, pulumi.Output)
    assert resolved(recorder, found) == ["20"]
    assert numbers.text(known) == "20"


def test_an_invalid_id_in_an_output_is_refused_with_the_argument(recorder: Recorder) -> None:
    found = numbers.text(pulumi.Output.from_input("acme/web"), "consumers", "acme/web", "id")
    with pytest.raises(MistakesError, match=r"^consumers\.acme/web\.id: got 'acme/web'; write the number"):
        resolved(recorder, found)


def test_an_id_that_is_not_known_yet_has_a_stand_in(recorder: Recorder) -> None:
    assert numbers.plain_text(pulumi.Output.from_input(20)) == numbers.STANDING_IN
    assert numbers.plain_text(20.0) == "20"

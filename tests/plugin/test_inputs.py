"""Arguments that arrive from programs in other languages, as Python values."""

from enum import StrEnum
from typing import Any, NotRequired, TypedDict

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.output import UNKNOWN

from plugin.inputs import arguments
from validation.recorder import Recorder


class Colour(StrEnum):
    RED = "red"


class Below(TypedDict):
    more: NotRequired[dict[str, Any]]
    most_of_it: NotRequired[int]


class Some(TypedDict):
    count: NotRequired[pulumi.Input[int]]
    factor: NotRequired[float]
    colour: NotRequired[Colour]
    by_name: NotRequired[dict[str, Below]]
    in_order: NotRequired[list[Below]]
    names: NotRequired[list[str]]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"count": 20.0}, {"count": 20}),
        ({"count": 20.5}, {"count": 20.5}),
        ({"count": float("inf")}, {"count": float("inf")}),
        ({"count": True}, {"count": True}),
        ({"factor": 2.0}, {"factor": 2.0}),
        ({"colour": "red"}, {"colour": Colour.RED}),
        ({"colour": "blue"}, {"colour": "blue"}),
        ({"byName": {"most_of_it": {"mostOfIt": 1.0}}}, {"by_name": {"most_of_it": {"most_of_it": 1}}}),
        ({"byName": {"a": None}}, {"by_name": {"a": {}}}),
        ({"byName": {"a": {"more": {"camelCase": [1.0, 1.5]}}}}, {"by_name": {"a": {"more": {"camelCase": [1, 1.5]}}}}),
        ({"inOrder": [{"mostOfIt": 1.0}]}, {"in_order": [{"most_of_it": 1}]}),
        ({"names": None, "count": 1.0}, {"count": 1}),
        ({"unheardOf": 1.0}, {"unheardOf": 1}),
        ({"names": "one"}, {"names": "one"}),
        ("text", "text"),
    ],
)
def test_a_value_is_read_as_its_declared_type(sent: Any, read: Any) -> None:
    found = arguments(Some, sent)
    assert found == read
    assert repr(found) == repr(read)


def test_entries_have_one_order_in_whatever_order_they_arrive() -> None:
    for names in (["b", "a", "c"], ["c", "b", "a"]):
        read = arguments(Some, {"byName": {name: {"more": dict.fromkeys(names, 1.0)} for name in names}})
        assert list(read["by_name"]) == ["a", "b", "c"]
        assert list(read["by_name"]["a"]["more"]) == ["a", "b", "c"]


@given(st.integers(-(2**53), 2**53))
def test_every_whole_number_that_arrives_as_a_float_becomes_whole(number: int) -> None:
    assert repr(arguments(Some, {"count": float(number)})) == repr({"count": number})


@pytest.mark.parametrize(("sent", "read"), [(30.0, 30), (30.5, 30.5)])
def test_a_number_in_an_output_is_read_too(recorder: Recorder, sent: float, read: float) -> None:
    seen: list[Any] = []

    def program() -> pulumi.Output[None]:
        found = arguments(Some, {"count": pulumi.Output.secret(sent)})["count"]
        return pulumi.Output.all(found, found.is_secret()).apply(seen.append)

    pulumi.runtime.test(program)()
    assert repr(seen) == repr([[read, True]])


def test_an_unknown_value_becomes_an_unknown_output(first_preview: Recorder) -> None:
    seen: list[Any] = []

    async def program() -> None:
        found = arguments(Some, {"count": UNKNOWN})["count"]
        seen.extend([isinstance(found, pulumi.Output), await found.is_known()])

    pulumi.runtime.test(program)()
    assert seen == [True, False]

"""Requests are spread over time, and one that would have to wait too long is not sent at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import FakeClock

from components.rotation.pace import Pace


def _sent_at(per_second: float, pauses: list[float]) -> list[float]:
    """When each request starts; the sender pauses before each."""
    clock = FakeClock()
    pace = Pace(clock, per_second)
    moments = list[float]()
    for pause in pauses:
        clock.pass_by(seconds=pause)
        assert pace.wait(1_000)
        moments.append(clock.monotonic())
    return moments


def test_requests_are_spread_evenly_from_the_first_on() -> None:
    clock = FakeClock()
    pace = Pace(clock, per_second=4)
    assert [pace.wait(longest=10) for _ in range(3)] == [True] * 3
    assert clock.slept == [0.25, 0.25]


def test_a_pause_counts_for_the_next_request() -> None:
    clock = FakeClock()
    pace = Pace(clock, per_second=4)
    pace.wait(longest=10)
    clock.pass_by(seconds=1)
    assert pace.wait(longest=0)
    assert clock.slept == []


def test_a_request_that_would_wait_too_long_takes_no_turn() -> None:
    clock = FakeClock()
    pace = Pace(clock, per_second=4)
    assert pace.wait(longest=0)
    assert [pace.wait(longest=0.2), pace.wait(longest=0.2)] == [False, False]
    assert clock.slept == []
    assert pace.wait(longest=0.25)
    assert clock.slept == [0.25]


def test_a_sender_that_is_late_by_a_moment_catches_up() -> None:
    assert _sent_at(100, [0, 0.05, 0, 0, 0, 0, 0])[-2:] == pytest.approx([0.05, 0.06])


def test_after_a_long_pause_only_a_tenth_of_a_second_is_caught_up() -> None:
    moments = _sent_at(100, [0, 60, *[0] * 12])
    assert moments[1:12] == pytest.approx([60] * 11)
    assert moments[12:] == pytest.approx([60.01, 60.02])


@given(st.floats(1, 1_000), st.lists(st.floats(0, 3), min_size=2, max_size=60))
def test_no_stretch_of_time_has_more_requests_than_allowed(per_second: float, pauses: list[float]) -> None:
    moments = _sent_at(per_second, pauses)
    for first, begin in enumerate(moments):
        for last in range(first, len(moments)):
            assert last - first <= (moments[last] - begin + 0.1) * per_second + 1e-3

"""Requests are spread evenly, and one that would have to wait too long is not sent at all."""

from scripted import FakeClock

from components.rotation.pace import Pace


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

"""Intervals, the outage that they survive, and when the alarm fires."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.contract.schedule import MARGIN, TOKEN_LIFE, Schedule, duration, minute_of
from rehearsal.gitlab.cron import next_run

_HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2 hours", 2 * _HOUR), ("1 hour", _HOUR), ("90 minutes", 1.5 * _HOUR), ("1 day", 24 * _HOUR)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    assert duration(text, "interval") == expected


@pytest.mark.parametrize("text", ["", "2", "hours", "2h", "-1 hours", "2.5 hours", "2  hours", "rate(2 hours)"])
def test_an_invalid_duration_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=r"interval: got .* write a whole number and a unit"):
        duration(text, "interval")


@pytest.mark.parametrize(
    ("hours", "outage", "fits"),
    [(2, 7, True), (2, 8, True), (2, 9, False), (4, 4, True), (4, 5, False), (1, 10, True), (1, 10.1, False)],
)
def test_the_outage_has_to_fit_into_a_tokens_life(hours: float, outage: float, fits: bool) -> None:
    if fits:
        Schedule(hours * _HOUR, outage * _HOUR)
        return
    with pytest.raises(ValueError, match="write a shorter interval, such as 2 hours, or a shorter `tolerate_outage`"):
        Schedule(hours * _HOUR, outage * _HOUR)


def test_a_quarter_of_an_hour_is_the_shortest() -> None:
    assert Schedule(timedelta(minutes=15), _HOUR).expression == "rate(15 minutes)"
    with pytest.raises(ValueError, match="write 15 minutes or more"):
        Schedule(timedelta(minutes=14), _HOUR)


def test_an_interval_whose_alarm_would_come_too_late_is_refused() -> None:
    with pytest.raises(ValueError, match=r"its alarm .* hours before"):
        Schedule(9 * _HOUR, 0 * _HOUR)


@given(st.integers(15, 720), st.integers(0, 720))
def test_every_accepted_schedule_leaves_hours_after_its_alarm(interval: int, outage: int) -> None:
    try:
        schedule = Schedule(timedelta(minutes=interval), timedelta(minutes=outage))
    except ValueError:
        return
    # CloudWatch sees whole hours: the last success may lie at the begin of the one before the first empty one.
    fired_at_the_latest = (schedule.alarm_hours + 1) * _HOUR
    assert TOKEN_LIFE - fired_at_the_latest >= 2 * _HOUR
    # A healthy schedule leaves no window of that many hours without a success, even when one run is late.
    assert schedule.alarm_hours * _HOUR >= schedule.interval + 2 * _HOUR
    # Of one target's own alarm: it fires at the first run that sees less than the threshold.
    assert schedule.ending_seconds <= (TOKEN_LIFE - MARGIN).total_seconds()
    assert schedule.ending_seconds - schedule.interval.total_seconds() >= 2 * 3600
    assert schedule.period_seconds % 60 == 0
    assert schedule.period_seconds >= schedule.interval.total_seconds() - 60


def test_the_default_alarm_leaves_seven_hours() -> None:
    schedule = Schedule(2 * _HOUR, 7 * _HOUR)
    assert schedule.alarm_hours == 4
    assert schedule.ending_seconds == 5 * 3600


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (15, "7-59/15 * * * *"),
        (20, "17-59/20 * * * *"),
        (30, "7-59/30 * * * *"),
        (60, "37 * * * *"),
        (120, "37 */2 * * *"),
        (180, "37 */3 * * *"),
        (240, "37 */4 * * *"),
        (360, "37 */6 * * *"),
    ],
)
def test_cron_says_the_same_as_the_rate(minutes: int, expected: str) -> None:
    schedule = Schedule(timedelta(minutes=minutes), 0 * _HOUR)
    assert schedule.cron(37) == expected
    # Over two days, from one run to the next it is always the interval.
    moment, runs = datetime(2026, 11, 22, tzinfo=UTC), []
    while len(runs) < 2 * 24 * 60 // minutes:
        moment = next_run(expected, moment)
        runs.append(moment)
    assert {later - earlier for earlier, later in pairwise(runs)} == {schedule.interval}


@pytest.mark.parametrize("minutes", [25, 45, 90, 300])
def test_what_cron_cannot_repeat_evenly_is_refused(minutes: int) -> None:
    with pytest.raises(ValueError, match=r"interval: got \d+ \w+; .* 15, 20 or 30 minutes, or 1, 2, 3, 4 or 6 hours"):
        Schedule(timedelta(minutes=minutes), 0 * _HOUR).cron(0)


@given(st.text())
def test_a_minute_is_always_one_and_the_same_for_a_name(name: str) -> None:
    assert 0 <= minute_of(name) == minute_of(name) < 60


def test_not_all_stacks_run_at_the_same_minute() -> None:
    assert len({minute_of(f"gitlab-ecr-{name}-rotator") for name in ("dev", "prod", "local", "eu")}) > 1

"""Weeks at the default schedule, a year at night: a tolerated outage expires no token, and any other alarms in time."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from depth import rounds
from plans import plan_of, target
from scripted import START, World, denied

from components.contract.schedule import INTERVAL, TOKEN_LIFE, TOLERATED_OUTAGE, Schedule, duration
from components.rotation import metrics


@dataclass(frozen=True)
class Alarm:
    """CloudWatch's alarm on RotationSuccess, which fires after so many whole hours without one."""

    hours: int

    def fires_at(self, successes: list[datetime], until: datetime) -> datetime | None:
        moment = successes[0].replace(minute=0, second=0, microsecond=0) + timedelta(hours=self.hours + 1)
        heard = {success.replace(minute=0, second=0, microsecond=0) for success in successes}
        while moment <= until:
            window = [moment - timedelta(hours=back + 1) for back in range(self.hours)]
            if not heard & set(window):
                return moment
            moment += timedelta(hours=1)
        return None


_SCHEDULE = Schedule(timedelta(hours=2), timedelta(hours=7))
_ALONE = plan_of(target("acme/a"))
WEEKS = rounds(6, nightly=52)
_PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
_ROWS = re.findall(r"^\| (\d+) hours[^|]*\| (\d+ hours|none) \|", _PAGE.partition("is down\n")[2], re.MULTILINE)


def _runs(begin: datetime, end: datetime) -> Iterator[datetime]:
    moment = begin
    while moment <= end:
        yield moment
        moment += _SCHEDULE.interval


def _simulate(
    days: int, outages: list[tuple[datetime, datetime]]
) -> tuple[list[tuple[datetime, datetime]], list[datetime]]:
    """When each end was written, that end, and when a run succeeded."""
    world = World()
    world.seed("acme/a")
    held: list[tuple[datetime, datetime]] = []
    successes: list[datetime] = []
    for moment in _runs(START, START + timedelta(days=days)):
        world.clock.moment = moment
        out = any(begin <= moment < end for begin, end in outages)
        world.mint_fault = denied if out else None
        report = world.rotate(_ALONE)
        assert bool(report.failures) == out
        if metrics.values(report)["RotationSuccess"]:
            successes.append(moment)
            until = world.described_until("acme/a")
            assert until is not None
            held.append((moment, until))
    return held, successes


@pytest.mark.parametrize("zone", [0, 5])
def test_no_tolerated_outage_in_any_week_lets_a_token_expire(zone: int) -> None:
    outages: list[tuple[datetime, datetime]] = []
    begin = START + timedelta(hours=14)
    for week in range(WEEKS):  # each week another phase of the outage against the tick
        phase = timedelta(minutes=(week * 7 + zone) % 120)
        outages.append(
            (begin + timedelta(weeks=week) + phase, begin + timedelta(weeks=week) + phase + timedelta(hours=7))
        )
    held, _ = _simulate(WEEKS * 7, outages)
    for (_, until), (replaced, _) in pairwise(held):
        assert until - replaced >= timedelta(hours=1)


@pytest.mark.parametrize("phase", range(0, 120, 10))
def test_every_phase_of_a_tolerated_outage_leaves_the_margin(phase: int) -> None:
    begin = START + timedelta(hours=6, minutes=phase)
    held, _ = _simulate(2, [(begin, begin + timedelta(hours=7))])
    assert min(until - replaced for (_, until), (replaced, _) in pairwise(held)) >= timedelta(hours=1)


@pytest.mark.parametrize("phase", range(0, 120, 10))
def test_in_a_longer_outage_the_alarm_fires_hours_before_the_token_expires(phase: int) -> None:
    begin = START + timedelta(hours=6, minutes=phase)
    held, successes = _simulate(2, [(begin, begin + timedelta(hours=30))])
    expired = next(
        until
        for (_, until), (replaced, _) in pairwise([*held, (datetime.max.replace(tzinfo=UTC), START)])
        if replaced > until
    )
    fired = Alarm(_SCHEDULE.alarm_hours).fires_at(successes, expired)
    assert fired is not None
    assert expired - fired >= timedelta(hours=6)


def test_a_month_without_outages_raises_no_alarm() -> None:
    _, successes = _simulate(30, [])
    assert Alarm(_SCHEDULE.alarm_hours).fires_at(successes, START + timedelta(days=29)) is None


def test_the_simulated_tokens_live_as_long_as_ecrs() -> None:
    assert World().life == TOKEN_LIFE


def test_the_page_about_outages_has_the_numbers_of_the_schedule() -> None:
    assert duration(INTERVAL, "") == _SCHEDULE.interval
    assert duration(TOLERATED_OUTAGE, "") == _SCHEDULE.tolerate_outage
    assert f"`interval: {INTERVAL}` and `tolerateOutage: {TOLERATED_OUTAGE}`" in _PAGE
    life, interval = (int(time / timedelta(hours=1)) for time in (TOKEN_LIFE, _SCHEDULE.interval))
    assert f"A token lives {life} hours, and a run every {interval} hours replaces it." in _PAGE
    assert f"| minutes, between two runs | {life - interval} hours |" in _PAGE
    assert f"| {TOLERATED_OUTAGE}, the tolerated outage |" in _PAGE
    assert len(_ROWS) == 5  # each row is simulated below


@pytest.mark.parametrize(("outage", "left"), _ROWS)
def test_an_outage_leaves_a_token_the_time_that_the_page_states(outage: str, left: str) -> None:
    shortest = timedelta.max
    for phase in range(0, 120, 10):
        begin = START + timedelta(hours=6, minutes=phase)
        end = begin + timedelta(hours=int(outage))
        held, _ = _simulate(1, [(begin, end)])
        until = next(until for made, until in reversed(held) if made < end)
        shortest = min(shortest, until - end)
    promised = timedelta(hours=int(left.split(maxsplit=1)[0])) if left != "none" else timedelta()
    if left == "none":
        assert shortest <= promised
    else:
        assert promised <= shortest < promised + timedelta(minutes=15)


@pytest.mark.parametrize("phase", range(0, 120, 10))
def test_the_alarm_of_an_outage_fires_when_the_page_states(phase: int) -> None:
    begin = START + timedelta(hours=6, minutes=phase)
    _, successes = _simulate(1, [(begin, begin + timedelta(hours=12))])
    last = max(success for success in successes if success < begin)
    fired = Alarm(_SCHEDULE.alarm_hours).fires_at([each for each in successes if each < begin], begin + TOKEN_LIFE)
    (hours,) = re.findall(r"also `no-rotation`, (\d+) hours after the last success", _PAGE)
    assert fired is not None
    assert fired - last <= timedelta(hours=int(hours))

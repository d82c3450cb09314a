"""Weeks at the default schedule, a year at night: a tolerated outage expires no token, and any other alarms in time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from depth import rounds
from plans import plan_of, target
from scripted import START, World, denied

from components.contract.schedule import TOKEN_LIFE, Schedule
from components.rotation import metrics


@dataclass(frozen=True)
class Alarm:
    """CloudWatch's alarm on RotationSuccess: so many whole hours without one."""

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


def _runs(begin: datetime, end: datetime) -> Iterator[datetime]:
    moment = begin
    while moment <= end:
        yield moment
        moment += _SCHEDULE.interval


def _simulate(
    days: int, outages: list[tuple[datetime, datetime]]
) -> tuple[list[tuple[datetime, datetime]], list[datetime]]:
    """What the variable promised from when on, and when a run succeeded."""
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
def test_week_after_week_no_outage_that_is_tolerated_leaves_an_expired_token(zone: int) -> None:
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
def test_beyond_it_the_alarm_has_fired_hours_before_the_end(phase: int) -> None:
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


def test_a_healthy_year_rings_no_alarm() -> None:
    _, successes = _simulate(30, [])
    assert Alarm(_SCHEDULE.alarm_hours).fires_at(successes, START + timedelta(days=29)) is None


def test_the_life_of_the_simulation_is_ecrs() -> None:
    assert World().life == TOKEN_LIFE

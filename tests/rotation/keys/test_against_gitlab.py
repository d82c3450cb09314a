"""Access keys against GitLab's emulator, which is stricter about variables than the scripted one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from plans import plan_of
from scripted import FakeClock, World
from scripted_iam import FLAGS, ID, SECRET, USER, key_user

from components.contract.firing import FiredBy
from components.rotation.clock import Deadline
from components.rotation.http import PooledHttp
from components.rotation.report import Report
from components.rotation.rotate import rotate
from components.variables.keys import ACCESS_KEYS, KEY_PLACEHOLDER
from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.faults import Fault

_PATH = "acme/scripts"


class Stage:
    def __init__(self, gitlab: GitLab, clock: FakeClock, *, hidden: bool) -> None:
        self.gitlab, self.hidden = gitlab, hidden
        self.world = World(clock=clock)
        self.http = PooledHttp(Deadline(clock, 1e12), connections=4, allow_http=True)
        gitlab.create_project(_PATH, 301)
        for key in ACCESS_KEYS:
            gitlab.set_variable(
                "project", _PATH, key, KEY_PLACEHOLDER, masked=True, raw=True, protected=True, hidden=hidden
            )
        self.world.secrets["fake/gitlab-token"] = gitlab.create_token("rotator", ["api"], user="bot", group="acme")

    def run(self, **flags: Any) -> Report:
        user = key_user(_PATH, owner="301", flags=replace(FLAGS, hidden=self.hidden, **flags))
        wanted = replace(plan_of(url=self.gitlab.url, allow_http=True), audiences={}, key_users=(user,))
        services = replace(self.world.services(seconds=290), gitlab_http=self.http)
        return rotate(wanted, services, fired_by=FiredBy.SCHEDULE, run=str(len(self.world.calls)))

    def value(self, key: str) -> str:
        record = self.gitlab.variable("project", _PATH, key)
        assert record is not None
        return record["value"]

    def works(self) -> bool:
        return self.world.iam.works(USER, self.value(ID), self.value(SECRET))


@pytest.fixture(params=[False, True], ids=["shown", "hidden"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    clock = FakeClock()
    with GitLab.start(now=clock.now) as started:
        yield Stage(started, clock, hidden=request.param)


def test_a_pair_is_published_changed_and_kept(stage: Stage) -> None:
    assert stage.run().failures == []
    first = stage.value(ID)
    assert stage.works()
    stage.world.clock.pass_by(days=31)
    assert stage.run().failures == []
    assert stage.value(ID) != first
    assert stage.works()
    assert [result.status.value for result in stage.run().keys] == ["kept"]


def test_a_changed_flag_reaches_gitlab_and_the_values_stay(stage: Stage) -> None:
    stage.run()
    before = stage.value(ID), stage.value(SECRET)
    assert stage.run(protected=False).failures == []
    record = stage.gitlab.variable("project", _PATH, SECRET)
    assert record is not None
    assert record["protected"] is False
    assert (stage.value(ID), stage.value(SECRET)) == before
    assert stage.works()


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_an_outage_between_the_two_writes_is_repaired_by_the_next_run(stage: Stage, status: int) -> None:
    stage.run()
    stage.world.clock.pass_by(days=31)
    fault = stage.gitlab.inject(Fault(status=status, method="PUT", path=ID, times=None))
    assert stage.run().failures
    stage.gitlab.remove(fault)
    assert stage.run().failures == []
    assert stage.works()

"""Whole rotations against GitLab's emulator: each fault, and its effect on the target and on the others."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from plans import FLAGS, HOST, plan_of, target
from scripted import FakeClock, World

from components.contract import plan
from components.contract.firing import FiredBy
from components.docker import auth as docker_auth
from components.rotation.clock import Deadline
from components.rotation.http import PooledHttp
from components.rotation.report import Report
from components.rotation.results import Status
from components.rotation.rotate import rotate
from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.faults import Fault

_KEY = "DOCKER_AUTH_CONFIG"
_BROKEN = "acme%2Fbroken/variables|projects/302/"


class Stage:
    def __init__(self, gitlab: GitLab, clock: FakeClock) -> None:
        self.gitlab = gitlab
        self.world = World(clock=clock)
        self.http = PooledHttp(Deadline(clock, 1e9), connections=4, allow_http=True)
        for number, path in ((301, "acme/good"), (302, "acme/broken")):
            gitlab.create_project(path, number)
            gitlab.set_variable("project", path, _KEY, docker_auth.PLACEHOLDER, masked=True, raw=True)
        self.world.secrets["fake/gitlab-token"] = gitlab.create_token("rotator", ["api"], user="bot", group="acme")

    def run(self, *targets: plan.TokenTarget, concurrency: int = 4) -> Report:
        wanted = plan_of(
            *(targets or (target("acme/good", owner="301"), target("acme/broken", owner="302"))),
            url=self.gitlab.url,
            allow_http=True,
            concurrency=concurrency,
        )
        services = self.world.services(seconds=290)
        return rotate(
            wanted,
            replace(services, gitlab_http=self.http),
            fired_by=FiredBy.SCHEDULE,
            run=str(len(self.world.calls)),
        )

    def holds_a_token(self, path: str, kind: str = "project") -> bool:
        record = self.gitlab.variable(kind, path, _KEY)
        return record is not None and HOST in docker_auth.parse(record["value"])["auths"]


@pytest.fixture
def stage() -> Iterator[Stage]:
    clock = FakeClock()
    with GitLab.start(now=clock.now) as started:
        yield Stage(started, clock)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(status=401), "GitLab answered 401 (401 Unauthorized)"),
        (Fault(status=403), "GitLab answered 403 (403 Forbidden)"),
        (Fault(status=404), "GitLab answered 404 (404 Project Not Found)"),
        (Fault(status=409), "GitLab answered 409 (409 Conflict)"),
        (Fault(status=429, retry_after=5), "GitLab answered 429 for project acme/broken"),
        (Fault(status=500), "GitLab answered 500 (500 Internal Server Error)"),
        (Fault(status=502), "GitLab answered 502 for project acme/broken"),
        (Fault(reset=True), "unreachable"),
        (Fault(truncate=True), "unreachable"),
        (Fault(redirect="http://elsewhere.example.com/"), "GitLab answered 302 for project acme/broken"),
    ],
    ids=["401", "403", "404", "409", "429", "500", "502 with HTML", "reset", "truncated", "redirect"],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_lasting_fault_fails_only_its_own_target(stage: Stage, fault: Fault, words: str, method: str) -> None:
    stage.gitlab.inject(replace(fault, times=None, path=_BROKEN, method=method))
    report = stage.run()
    good, broken = report.targets
    assert (good.status, broken.status) == (Status.PUBLISHED, Status.FAILED)
    assert words in broken.reason
    assert stage.holds_a_token("acme/good")
    assert stage.holds_a_token("acme/broken") is (method == "PUT" and fault.truncate)


@pytest.mark.parametrize(
    "fault",
    [Fault(status=429, retry_after=5), Fault(status=500), Fault(status=502), Fault(reset=True), Fault(truncate=True)],
    ids=["429", "500", "502", "reset", "truncated"],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_passing_fault_fails_no_target(stage: Stage, fault: Fault, method: str) -> None:
    stage.gitlab.inject(replace(fault, times=3, path=_BROKEN, method=method))
    assert stage.run().failures == []
    assert stage.holds_a_token("acme/broken")


def test_a_slow_answer_is_waited_for(stage: Stage) -> None:
    stage.gitlab.inject(Fault(delay=0.2, times=None, path=_BROKEN))
    assert stage.run().failures == []


def test_an_archived_project_is_gone_after_three_runs(stage: Stage) -> None:
    stage.gitlab.archive("acme/broken")
    assert [stage.run().targets[1].status for _ in range(3)] == [Status.FAILED, Status.FAILED, Status.GONE]


def test_a_deleted_project_is_gone_after_three_runs_and_the_rest_goes_on(stage: Stage) -> None:
    stage.gitlab.delete("acme/broken")
    reports = [stage.run() for _ in range(3)]
    assert [report.targets[1].status for report in reports] == [Status.FAILED, Status.FAILED, Status.GONE]
    assert {report.targets[0].status for report in reports} == {Status.PUBLISHED}
    assert reports[2].failures == []


def test_a_renamed_project_is_followed_by_its_id(stage: Stage) -> None:
    stage.gitlab.rename("acme/broken", "acme/elsewhere/renamed")
    assert stage.run().failures == []
    assert stage.holds_a_token("acme/elsewhere/renamed")


def test_a_token_without_the_scope_fails_every_target_and_makes_no_target_gone(stage: Stage) -> None:
    stage.world.secrets["fake/gitlab-token"] = stage.gitlab.create_token("reader", ["read_api"], user="bot")
    reports = [stage.run() for _ in range(4)]
    assert {result.status for report in reports for result in report.targets} == {Status.FAILED}
    assert "higher privileges" in reports[0].targets[0].reason


def test_a_revoked_token_is_reported_as_revoked(stage: Stage) -> None:
    stage.gitlab.revoke_token("rotator")
    report = stage.run()
    assert "Token was revoked" in report.targets[0].reason
    assert any("GitLab token 1 of 1" in note for note in report.notes)


def test_the_working_one_of_two_tokens_is_used(stage: Stage) -> None:
    dead = stage.gitlab.create_token("dead", ["api"], user="bot")
    stage.gitlab.revoke_token("dead")
    living = stage.world.secrets["fake/gitlab-token"]
    stage.world.secrets["fake/gitlab-token"] = f'{{"tokens":["{dead}","{living}"]}}'
    report = stage.run()
    assert report.failures == []
    assert "GitLab token 1 of 2: GitLab answered 401" in report.notes[0]


def test_groups_scopes_and_hidden_variables_are_written(stage: Stage) -> None:
    group = target("acme", owner_kind=plan.OwnerKind.GROUP, environment_scope="production")
    hidden = target("acme/good", owner="301", key="HIDDEN", flags=replace(FLAGS, hidden=True))
    assert stage.run(group, hidden).failures == []
    record = stage.gitlab.variable("group", "acme", _KEY, "production")
    assert record is not None
    assert HOST in record["value"]
    stored = stage.gitlab.variable("project", "acme/good", "HIDDEN")
    assert stored is not None
    assert stored["hidden"]
    assert HOST in stored["value"]
    assert stage.run(group, hidden).failures == []


def test_many_targets_at_once_take_two_requests_each(stage: Stage) -> None:
    for number in range(40):
        stage.gitlab.create_project(f"acme/many/{number}", 1_000 + number)
        stage.gitlab.set_variable("project", f"acme/many/{number}", _KEY, docker_auth.PLACEHOLDER, raw=True)
    many = [target(f"acme/many/{number}", owner=str(1_000 + number)) for number in range(40)]
    assert stage.run(*many, concurrency=16).failures == []
    assert len(stage.gitlab.events) == 2 * 40 + 1


_INSTANCE = replace(target("instance"), owner_kind=plan.OwnerKind.INSTANCE)


def _administrator(stage: Stage) -> None:
    stage.gitlab.make_administrator("bot")


@pytest.mark.parametrize("exists", [False, True])
def test_a_variable_of_the_instance_is_created_or_updated(stage: Stage, exists: bool) -> None:
    _administrator(stage)
    if exists:
        stage.gitlab.set_variable("instance", "instance", _KEY, docker_auth.PLACEHOLDER, masked=True, raw=True)
    assert [result.status for result in stage.run(_INSTANCE).targets] == [Status.PUBLISHED]
    record = stage.gitlab.variable("instance", "instance", _KEY)
    assert record is not None
    assert HOST in docker_auth.parse(record["value"])["auths"]
    assert (record["masked"], record["raw"], record["variable_type"]) == (True, True, "file")
    assert [result.status for result in stage.run(_INSTANCE).targets] == [Status.PUBLISHED]


def test_only_an_administrator_writes_variables_of_the_instance(stage: Stage) -> None:
    (result,) = stage.run(_INSTANCE).targets
    assert result.status is Status.FAILED
    assert "GitLab answered 403 (403 Forbidden) for instance DOCKER_AUTH_CONFIG" in result.reason
    assert stage.gitlab.variable("instance", "instance", _KEY) is None


_LONG = json.dumps({"auths": {"r.example.com": {"auth": base64.b64encode(b"fake:" + b"x" * 9_000).decode()}}})


def test_a_long_value_fails_only_if_gitlab_limits_its_length(stage: Stage) -> None:
    stage.gitlab.set_variable("project", "acme/good", _KEY, _LONG, raw=True)
    assert [result.status for result in stage.run().targets] == [Status.PUBLISHED] * 2
    stage.gitlab.limit_values(10_000)
    old, other = stage.run().targets
    assert other.status is Status.PUBLISHED
    assert old.status is Status.FAILED
    assert "exceeds the 10000 character limit" in old.reason
    assert "GitLab allows 10000: give this consumer fewer registry hosts" in old.reason


def test_a_long_value_of_the_instance_is_not_even_sent(stage: Stage) -> None:
    _administrator(stage)
    stage.gitlab.set_variable("instance", "instance", _KEY, _LONG, raw=True)
    (result,) = stage.run(_INSTANCE).targets
    assert result.status is Status.FAILED
    assert "GitLab allows 10000" in result.reason
    assert not [event for event in stage.gitlab.events if event.method == "PUT"]


_ON_VARIABLES = ["Variable: Read", "Variable: Create", "Variable: Update"]


def _fine_grained(stage: Stage, *permissions: str, owners: tuple[str, ...] = ("acme",)) -> None:
    token = stage.gitlab.create_fine_grained_token("least", "bot", list(permissions), list(owners))
    stage.world.secrets["fake/gitlab-token"] = token


def test_a_rotation_needs_no_permission_but_those_for_variables(stage: Stage) -> None:
    _fine_grained(stage, *_ON_VARIABLES)
    report = stage.run()
    assert [result.status for result in report.targets] == [Status.PUBLISHED] * 2
    assert report.token_days is None
    (note,) = report.notes
    assert "[Personal Access Token: Read]" in note
    assert "needs Personal Access Token: Read and Rotate to be renewed" in note


def test_a_fine_grained_token_creates_a_missing_variable(stage: Stage) -> None:
    _fine_grained(stage, *_ON_VARIABLES, "Personal Access Token: Read")
    stage.gitlab.create_project("acme/new", 303)
    report = stage.run(target("acme/new", owner="303"))
    assert ([result.status for result in report.targets], report.notes) == ([Status.PUBLISHED], [])


@pytest.mark.parametrize("runs", [1, 4])
def test_a_missing_permission_does_not_mean_that_the_project_is_gone(stage: Stage, runs: int) -> None:
    _fine_grained(stage, *_ON_VARIABLES, owners=("acme/good",))
    for _ in range(runs):
        report = stage.run()
    good, broken = report.targets  # pyright: ignore[reportPossiblyUnboundVariable] - it runs once at least
    assert (good.status, broken.status, broken.absent) == (Status.PUBLISHED, Status.FAILED, False)
    assert 'lacks the required permissions: [Variable: Read] for "acme/broken"' in broken.reason

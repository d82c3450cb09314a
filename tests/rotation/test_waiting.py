"""Before the first GitLab token is stored: a deployment succeeds, and a day later the alarms fire."""

from dataclasses import replace

import pytest
from plans import plan_of, target
from scripted import GITLAB_TOKEN, World, answer, denied
from scripted_iam import key_user, seed_keys

from components.contract.firing import FiredBy
from components.rotation import metrics
from components.rotation.aws import AwsError
from components.rotation.results import Status

_PLAN = replace(plan_of(target("acme/web")), key_users=(key_user(),))


@pytest.fixture
def world() -> World:
    world = World()
    world.seed("acme/web")
    seed_keys(world)
    del world.secrets["fake/gitlab-token"]
    return world


def test_a_deployment_waits_and_reports_what_to_do(world: World) -> None:
    report = world.rotate(_PLAN, fired_by=FiredBy.DEPLOY)
    assert [result.status for result in (*report.targets, *report.keys)] == [Status.WAITING] * 2
    assert report.failures == []
    assert report.notes == [
        "waiting for the GitLab token: the secret fake/gitlab-token is empty; store one with `gitlab-ecr token set`"
    ]
    assert report.short()["waiting"] is True
    assert report.short()["targets"]["waiting"] == 1


def test_no_alarm_fires_within_a_day(world: World) -> None:
    for hour in range(0, 24, 2):
        report = world.rotate(_PLAN, fired_by=FiredBy.SCHEDULE if hour else FiredBy.DEPLOY)
        assert report.failures == []
        values = metrics.values(report)
        assert (values["RotationSuccess"], values["TargetsFailed"], values["TargetsGone"]) == (1, 0, 0)
        assert "TokenSecondsRemaining" not in values
        world.clock.pass_by(hours=2)


def test_after_a_day_a_missing_token_fails_runs_but_never_a_deployment(world: World) -> None:
    world.rotate(_PLAN, fired_by=FiredBy.DEPLOY)
    world.clock.pass_by(days=1)
    report = world.rotate(_PLAN)
    assert {result.status for result in (*report.targets, *report.keys)} == {Status.FAILED}
    assert metrics.values(report)["RotationSuccess"] == 0
    assert metrics.values(report)["TargetsFailed"] == 2
    assert "store one with `gitlab-ecr token set`" in report.failures[0]
    assert world.rotate(_PLAN, fired_by=FiredBy.DEPLOY).failures == []


def test_the_day_begins_with_the_first_run_that_found_no_token(world: World) -> None:
    for _ in range(11):
        world.rotate(_PLAN)
        world.clock.pass_by(hours=2)
    assert world.rotate(_PLAN).failures == []
    world.clock.pass_by(hours=2)
    assert world.rotate(_PLAN).failures != []


def test_once_a_token_is_stored_everything_is_written(world: World) -> None:
    world.rotate(_PLAN, fired_by=FiredBy.DEPLOY)
    world.secrets["fake/gitlab-token"] = GITLAB_TOKEN
    report = world.rotate(_PLAN)
    assert report.failures == []
    assert not report.waiting
    assert world.works("acme/web")


def test_a_secret_that_was_emptied_fails_a_deployment_too(world: World) -> None:
    world.secrets["fake/gitlab-token"] = GITLAB_TOKEN
    world.rotate(_PLAN)
    del world.secrets["fake/gitlab-token"]
    report = world.rotate(_PLAN, fired_by=FiredBy.DEPLOY)
    assert report.targets[0].status is Status.FAILED
    assert not report.waiting


def test_an_unreadable_secret_is_a_failure(world: World) -> None:
    def fault(what: str) -> None:
        if what == "secret":
            raise AwsError("AccessDeniedException", "not allowed")

    world.aws_fault = fault
    assert "AccessDeniedException" in world.rotate(_PLAN, fired_by=FiredBy.DEPLOY).failures[0]


def test_a_token_that_gitlab_refuses_is_a_failure(world: World) -> None:
    world.secrets["fake/gitlab-token"] = "glpat-fake-and-refused"
    world.gitlab_fault = lambda *_: answer(401, {"message": "401 Unauthorized"})
    assert "GitLab answered 401" in world.rotate(_PLAN, fired_by=FiredBy.DEPLOY).failures[0]


def test_an_audience_that_cannot_mint_fails_a_deployment_that_waits(world: World) -> None:
    world.mint_fault = denied
    failures = world.rotate(_PLAN, fired_by=FiredBy.DEPLOY).failures
    assert [line.partition(":")[0] for line in failures] == ["audience backend"]

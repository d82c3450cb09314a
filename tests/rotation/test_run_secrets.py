"""Logins that jobs read themselves: one version per run, from a verified token, without a request to GitLab."""

import json
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from plans import HOST, audience, plan_of, secret_target, secrets_plan, target
from scripted import GITLAB_TOKEN, CrashError, World, denied

from components.contract.firing import FiredBy
from components.contract.metric_names import Metric
from components.contract.plan import Registry
from components.docker import auth as docker_auth
from components.rotation import metrics
from components.rotation.aws import AwsError
from components.rotation.results import Status

_WEB, _API = secret_target("acme/web"), secret_target("acme/api")


def _world(*secrets: str) -> World:
    return World(secrets={}, logins={secret: {} for secret in secrets or (_WEB.secret,)})


def test_the_secret_holds_the_document_that_a_variable_would_hold() -> None:
    world = _world()
    report = world.rotate(secrets_plan(_WEB))
    document = docker_auth.parse(world.login(_WEB.secret))
    assert list(document) == ["auths"]
    assert world.lives(document["auths"][HOST]["auth"])
    (result,) = report.targets
    assert (result.status, result.target, result.expires_at) == (
        Status.PUBLISHED,
        _WEB,
        world.clock.moment + timedelta(hours=12),
    )
    assert not report.failures
    assert json.loads(report.log_line())["gitlab_ecr_report"]["targets"][0]["target"] == f"secret {_WEB.secret}"


def test_no_request_reaches_gitlab_and_no_secret_is_read() -> None:
    world = _world(_WEB.secret, _API.secret)
    for _ in range(3):
        world.clock.pass_by(hours=2)
        assert not world.rotate(secrets_plan(_WEB, _API), fired_by=FiredBy.SCHEDULE).failures
    assert world.rotate(secrets_plan(_WEB, _API), fired_by=FiredBy.DEPLOY).waiting == ""
    assert not [call for call in world.calls if call.startswith(("gitlab", "secret "))]
    assert GITLAB_TOKEN not in world.secrets.values()


def test_a_run_that_is_repeated_writes_one_version() -> None:
    world = _world(_WEB.secret)
    wanted = secrets_plan(_WEB, _API)  # the other one is gone, so the run fails and is repeated
    reports = [world.rotate(wanted, run="request-1") for _ in range(3)]
    assert all(report.failures for report in reports)
    assert len(world.logins[_WEB.secret]) == 1
    kept = reports[-1].targets[0]
    assert (kept.status, kept.reason) == (Status.KEPT, "an earlier attempt of this run already wrote it")
    world.rotate(wanted, run="request-2")
    assert len(world.logins[_WEB.secret]) == 2


def test_a_crash_at_any_call_leaves_the_complete_old_or_new_login() -> None:
    whole = _world()
    whole.rotate(secrets_plan(_WEB))
    for crash_at in range(1, len(whole.calls) + 1):
        for after in (False, True):
            world = _world()
            world.rotate(secrets_plan(_WEB))
            world.crash_at, world.crash_after_effect = len(world.calls) + crash_at, after
            with suppress(CrashError):
                world.rotate(secrets_plan(_WEB))
            auth = docker_auth.parse(world.login(_WEB.secret))["auths"][HOST]["auth"]
            assert world.lives(auth)


def test_without_a_verified_token_nothing_is_written() -> None:
    world = _world()
    world.rotate(secrets_plan(_WEB))
    before = world.login(_WEB.secret)
    world.allowed = lambda *_: True  # over-broad: it opens what it must not
    (result,) = world.rotate(secrets_plan(_WEB)).targets
    assert (result.status, world.login(_WEB.secret)) == (Status.FAILED, before)
    assert result.reason == "audience backend has no verified token; the present value stays"
    world.mint_fault = denied
    assert world.rotate(secrets_plan(_WEB)).failures
    assert world.login(_WEB.secret) == before


def test_a_deleted_secret_blocks_no_other_secret_and_no_variable() -> None:
    world = World(logins={_API.secret: {}})
    world.seed("acme/shop")
    report = world.rotate(replace(plan_of(target("acme/shop")), secrets=(_WEB, _API)))
    assert [result.status for result in report.targets] == [Status.PUBLISHED, Status.FAILED, Status.PUBLISHED]
    (failure,) = report.failures
    assert failure.startswith(f"secret {_WEB.secret}: ResourceNotFoundException: Secrets Manager can't find")
    assert failure.endswith("; it was deleted; `pulumi up --refresh` creates it again")
    assert world.works("acme/shop")


def test_without_a_gitlab_token_secrets_are_still_written() -> None:
    world = World(secrets={}, logins={_WEB.secret: {}})
    world.seed("acme/shop")
    report = world.rotate(replace(plan_of(target("acme/shop")), secrets=(_WEB,)), fired_by=FiredBy.DEPLOY)
    assert [result.status for result in report.targets] == [Status.WAITING, Status.PUBLISHED]
    assert not report.failures


def test_at_deploy_a_right_that_is_seconds_old_is_waited_for() -> None:
    world = _world()
    refusals = iter(range(3))

    def fault(call: str) -> None:
        if call == "put_secret" and next(refusals, None) is not None:
            raise AwsError("AccessDeniedException", "not authorized to perform: secretsmanager:PutSecretValue")

    world.aws_fault = fault
    assert world.rotate(secrets_plan(_WEB), fired_by=FiredBy.DEPLOY).targets[0].status is Status.PUBLISHED
    refusals = iter(range(3))
    assert world.rotate(secrets_plan(_WEB), fired_by=FiredBy.SCHEDULE).targets[0].status is Status.FAILED


def test_every_registry_host_has_its_entry_however_long_the_document() -> None:
    hosts = tuple(f"{number:012}.dkr.ecr.eu-central-1.amazonaws.com" for number in range(1, 9))
    wide = audience("backend", registries=tuple(Registry(host[:12], "eu-central-1", (host,)) for host in hosts))
    world = _world()
    report = world.rotate(secrets_plan(_WEB, audiences={"backend": wide}))
    assert not report.failures
    assert sorted(docker_auth.parse(world.login(_WEB.secret))["auths"]) == sorted(hosts)


@pytest.mark.parametrize(("gone", "success"), [(False, 1), (True, 0)])
def test_the_metrics_cover_secrets_too(gone: bool, success: int) -> None:
    world = World(secrets={}, logins={} if gone else {_WEB.secret: {}})
    found = metrics.values(world.rotate(secrets_plan(_WEB)))
    assert (found["RotationSuccess"], found["TargetsFailed"]) == (success, 1 - success)
    assert ("TokenSecondsRemaining" in found) is not gone
    assert Metric.GITLAB_TOKEN_DAYS_REMAINING not in found

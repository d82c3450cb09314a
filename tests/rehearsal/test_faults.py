"""One broken target and the rest: what the rehearsal shows, and that it fails when a rotation hides a fault."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from deployed import deployed

from components.docker.auth import DOCKER_AUTH_CONFIG as KEY
from rehearsal.consumers import Consumer
from rehearsal.faults import break_and_mend
from rehearsal.namespaces import BOT
from rehearsal.rehearsal import Rehearsal
from rehearsal.rotations import RotationError, Rotations
from rehearsal.wrong import RehearsalError

LOCAL = Path(__file__).parents[2] / "tests" / "data" / "examples" / "Pulumi.local.yaml"
WEB, BACKEND = "project acme/frontend/web", "group acme/backend"
COMMAND = "gitlab-ecr rotate --function gitlab-ecr-local-rotator"
SECRET = "secret gitlab-ecr-local/audience/acme/shop"


def test_the_report_holds_each_rotation_with_its_exit_code_and_its_targets(whole: tuple[str, dict[str, Any]]) -> None:
    found = [
        (attempt["exit_code"], {target["target"]: target["status"] for target in attempt["targets"]})
        for attempt in whole[1]["faults"]
    ]
    assert found == [
        (1, {f"{BACKEND} {KEY}": "published", f"{WEB} {KEY}": "failed", SECRET: "published"}),
        (1, {f"{BACKEND} {KEY}": "failed", f"{WEB} {KEY}": "published", SECRET: "published"}),
        (0, {f"{BACKEND} {KEY}": "published", f"{WEB} {KEY}": "published", SECRET: "published"}),
    ]
    assert {attempt["command"] for attempt in whole[1]["faults"]} == {COMMAND}
    reasons = [target["reason"] for attempt in whole[1]["faults"] for target in attempt["targets"]]
    assert [reason.partition(" for ")[0] for reason in reasons if reason] == [
        "GitLab answered 404 (404 Project Not Found)",
        "GitLab answered 403 (403 Forbidden)",
    ]


def test_the_output_shows_what_was_broken_what_failed_and_that_it_was_repaired(
    whole: tuple[str, dict[str, Any]],
) -> None:
    shown = [line.strip() for line in whole[0].splitlines()]
    lines = shown[shown.index(f"{WEB} is deleted") :]
    assert lines[1:6] == [
        COMMAND,
        f"{BACKEND} {KEY}: published",
        f"{WEB} {KEY}: failed: GitLab answered 404 (404 Project Not Found) for {WEB} {KEY}",
        f"{SECRET}: published",
        "exit code 1",
    ]
    assert lines[6] == f"{WEB} is restored, the rotator's user is only a Developer in {BACKEND}"
    assert lines[11:18] == [
        "exit code 1",
        f"the rotator's user has its role in {BACKEND} again",
        COMMAND,
        f"{BACKEND} {KEY}: published",
        f"{WEB} {KEY}: published",
        f"{SECRET}: published",
        "exit code 0",
    ]


def test_the_renewed_token_writes_and_the_old_one_is_refused(whole: tuple[str, dict[str, Any]]) -> None:
    assert whole[1]["renewal"].startswith("the GitLab token was renewed and is valid until ")
    line = next(line for line in whole[0].splitlines() if "the GitLab token was renewed" in line)
    assert line.endswith("; the old one is refused, every rotation below writes with the new one")
    assert all(rotation["ok"] for rotation in whole[1]["rotations"][1:7])


@pytest.fixture(scope="module")
def local() -> Iterator[Rehearsal]:
    """The local stack after `up`, for tests that leave it as it was; the last of them does not."""
    with deployed(LOCAL) as running:
        yield running


@pytest.fixture
def restored(local: Rehearsal) -> Iterator[None]:
    """What a run that ends early leaves broken is repaired after the test."""
    yield
    local.world.gitlab.restore("acme/frontend/web")
    local.world.gitlab.add_member(BOT, "acme/backend", 50)


def test_a_lone_group_is_broken_and_repaired_too(local: Rehearsal) -> None:
    world = local.world
    lone = Consumer(world, "acme/backend", "group", ("ci/*",), (world.registry_host,))
    attempts = [attempt.exit_code for attempt in break_and_mend(world, local._rotations, [lone])]
    assert attempts == [1, 1, 0]


@pytest.mark.usefixtures("restored")
def test_another_target_that_fails_too_is_not_hidden_by_the_broken_one(local: Rehearsal) -> None:
    local.world.gitlab.add_member(BOT, "acme/backend", 30)
    words = f"after {WEB} is deleted: {BACKEND} {KEY}: failed: GitLab answered 403"
    with pytest.raises(RehearsalError, match=words):
        local.break_and_mend()


def test_two_of_three_targets_are_broken_at_once_and_the_third_is_published(changed: Callable[..., Path]) -> None:
    three = {"acme/a": {"pull": ["ci/node"]}, "acme/b": {"pull": ["ci/node"]}, "acme/c": {"pull": ["ci/node"]}}
    with deployed(changed(consumers=three, runners=None)) as running:
        running.break_and_mend()
        broken, mended = running.findings.faults
    assert (broken.exit_code, mended.exit_code) == (1, 0)
    statuses = {target["target"].split()[1]: target["status"] for target in broken.targets}
    assert statuses == {"acme/a": "failed", "acme/b": "published", "acme/c": "failed"}
    assert {target["status"] for target in mended.targets} == {"published"}


@pytest.mark.usefixtures("restored")
def test_a_command_that_fails_before_the_rotation_is_reported_with_its_output(
    local: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = local._rotations
    assert isinstance(watched, Rotations)
    monkeypatch.setattr(watched, "function", "nothing")
    with pytest.raises(RotationError, match=r"gitlab-ecr rotate --function nothing: exit code 3\n.*ResourceNotFound"):
        list(break_and_mend(local.world, watched, local._consumers))


def test_a_renewal_that_cannot_store_the_token_fails_the_rehearsal(local: Rehearsal) -> None:
    local.world.gitlab.revoke_token("rotator")
    words = r"the renewal of the GitLab token failed: .*create a new one in GitLab"
    with pytest.raises(RehearsalError, match=words):
        local.renew()

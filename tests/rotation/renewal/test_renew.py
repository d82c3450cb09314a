"""Renewal of the rotator's own GitLab token, against GitLab's emulator, whose tokens really expire."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from renewal_job import Calls, Job
from scripted import START, CrashError, FakeClock

from components.rotation import gitlab_secret
from components.rotation.gitlab import GitLabError
from components.rotation.renewal.renew import LIFE, RENEW_BEFORE, RenewalError
from components.rotation.secret import Secret
from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.faults import Fault

_TODAY = START.date()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def gitlab(clock: FakeClock) -> Iterator[GitLab]:
    with GitLab.start(now=clock.now) as started:
        yield started


_SOON, _LATER = _TODAY + timedelta(days=40), _TODAY + timedelta(days=50)


def test_a_token_with_time_left_is_left_alone(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _TODAY + RENEW_BEFORE + timedelta(days=1))
    assert "nothing to renew" in job.run()
    assert [event.method for event in gitlab.events] == ["GET"]
    assert "put" not in job.store.calls.names


def test_a_token_near_its_end_is_rotated_once_stored_verified_and_promoted(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON)
    before = job.store.current
    assert f"valid until {_TODAY + LIFE}" in job.run()
    assert job.store.calls.names == [
        "read AWSCURRENT", "read AWSPENDING", "GET self", "put", "POST rotate", "put", "GET self", "promote",
    ]  # fmt: skip
    assert job.store.current != before
    assert job.working() == 1
    assert "nothing to renew" in job.run(run="run-2")


def test_the_token_that_ends_first_is_renewed_by_the_other_one(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON, _LATER)
    first, second = job.store.current
    job.run()
    assert job.store.current[0] != first
    assert job.store.current[1] == second
    job.run(run="run-2")
    assert job.store.current[1] != second
    assert job.working() == 2
    assert "nothing to renew" in job.run(run="run-3")


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("crash_at", range(1, 10))
def test_one_of_two_tokens_works_after_a_crash_at_any_call_and_the_next_runs_renew(
    gitlab: GitLab, clock: FakeClock, crash_at: int, after_effect: bool
) -> None:
    job = Job(gitlab, clock, _SOON, _LATER)
    with pytest.raises(CrashError):
        job.run(Calls(crash_at, after_effect))
    assert job.working() >= 1
    clock.pass_by(hours=24)
    for day in range(3):
        job.run(run=f"day-{day}")
        assert job.working() >= 1
        clock.pass_by(hours=24)
    assert "nothing to renew" in job.run(run="last")


def test_the_crashes_above_cover_every_call_of_a_renewal(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON, _LATER)
    job.run()
    assert len(job.store.calls.names) == 9


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("crash_at", range(1, 9))
def test_a_single_token_is_only_lost_by_a_crash_between_gitlabs_answer_and_the_store(
    gitlab: GitLab, clock: FakeClock, crash_at: int, after_effect: bool
) -> None:
    job = Job(gitlab, clock, _SOON)
    with pytest.raises(CrashError):
        job.run(Calls(crash_at, after_effect))
    clock.pass_by(hours=24)
    lost = (crash_at, after_effect) in {(5, True), (6, False)}
    if lost:
        with pytest.raises(RenewalError, match="no token in the secret works any more; create a new one"):
            job.run(run="day-1")
        return
    job.run(run="day-1")
    assert job.working() == 1


def test_a_renewal_without_the_claim_does_not_rotate(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON)
    other = Job.__new__(Job)
    other.gitlab, other.clock, other.store, other.http = gitlab, clock, job.store, job.http
    overtaken: list[str] = []

    class Overtaken(Calls):
        """Just before the claim of one renewal, another one makes its own, and no more yet."""

        def __call__(self, name: str, effect: Callable[[], Any]) -> Any:
            if name == "put" and not overtaken:
                overtaken.append(name)
                with pytest.raises(CrashError):
                    other.run(Calls(crash_at=4, after_effect=True), run="other")
                job.store.calls = self
            return super().__call__(name, effect)

    with pytest.raises(RenewalError, match="another renewal is running"):
        job.run(Overtaken())
    assert not [event for event in gitlab.events if event.method == "POST"]
    assert job.working() == 1


def test_a_young_claim_is_respected_and_an_old_one_taken_over(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON)
    with pytest.raises(CrashError):
        job.run(Calls(crash_at=5))
    with pytest.raises(RenewalError, match="another renewal is running"):
        job.run(run="run-2")
    clock.pass_by(hours=1)
    assert "was renewed" in job.run(run="run-3")


def test_a_rotate_without_an_answer_is_not_repeated(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON, _LATER)
    gitlab.inject(Fault(method="POST", reset=True, carried_out=True))
    with pytest.raises(GitLabError, match="unreachable"):
        job.run()
    assert len([event for event in gitlab.events if event.method == "POST"]) == 1
    assert job.working() == 1


def test_a_new_token_that_gitlab_refuses_is_not_promoted(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON, _LATER)
    before = job.store.current
    gitlab.inject(Fault(method="GET", path="self", status=401, skip=2))
    with pytest.raises(GitLabError, match="GitLab answered 401"):
        job.run()
    assert job.store.current == before
    assert "was renewed" in job.run(run="run-2")


def test_if_the_claim_cannot_be_stored_gitlab_is_not_asked_to_rotate(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON)
    with pytest.raises(CrashError):
        job.run(Calls(crash_at=4))
    assert not [event for event in gitlab.events if event.method == "POST"]


def test_a_token_that_a_person_stored_meanwhile_is_not_replaced_by_an_older_renewal(
    gitlab: GitLab, clock: FakeClock
) -> None:
    job = Job(gitlab, clock, _SOON)
    with pytest.raises(CrashError):
        job.run(Calls(crash_at=7))
    new = gitlab.create_token("by hand", ["api"], user="bot", expires_at=_TODAY + timedelta(days=300))
    job.store.versions["by hand"] = Secret(new)
    job.store.stages["AWSCURRENT"] = "by hand"
    assert "nothing to renew" in job.run(run="run-2")
    assert job.store.current == [Secret(new)]


def test_two_accounts_tokens_are_not_mixed(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON)
    other = gitlab.create_token("other", ["api"], user="another", expires_at=_LATER)
    job.store.versions["first"] = gitlab_secret.dumps([*job.store.current, Secret(other)])
    with pytest.raises(RenewalError, match="to different accounts"):
        job.run()
    assert job.working() == 2


def test_an_empty_secret_waits_for_a_token(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON)
    job.store.stages = {}
    assert job.run() == "waiting for the GitLab token: store one with `gitlab-ecr token set`"


@pytest.mark.parametrize(
    "text", ["", "  ", "{}", '{"tokens":[]}', '{"tokens":"a"}', '{"tokens":[1]}', "{", "glpat\nfake"]
)
def test_a_value_without_a_token_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError, match="the secret of the GitLab token") as caught:
        gitlab_secret.tokens_in(Secret(text))
    assert "glpat" not in str(caught.value)


_ITSELF = ("Personal Access Token: Read", "Personal Access Token: Rotate")


def _fine_grained(gitlab: GitLab, job: Job, *permissions: str) -> None:
    token = gitlab.create_fine_grained_token("least", "bot", ["Variable: Read", *permissions], [], _SOON)
    job.store.versions["first"] = Secret(token)


def test_a_fine_grained_token_is_renewed_as_a_fine_grained_token(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON)
    _fine_grained(gitlab, job, *_ITSELF)
    assert job.run() == f"the GitLab token was renewed and is valid until {_TODAY + LIFE}"
    clock.pass_by(days=40)
    assert "was renewed" in job.run(run="run-2")
    assert job.working() == 1


@pytest.mark.parametrize("granted", [(), _ITSELF[1:], _ITSELF[:1]])
def test_the_error_for_a_missing_permission_quotes_gitlabs_message(
    gitlab: GitLab, clock: FakeClock, granted: tuple[str, ...]
) -> None:
    job = Job(gitlab, clock, _SOON)
    _fine_grained(gitlab, job, *granted)
    lacks = _ITSELF[0] if _ITSELF[0] not in granted else _ITSELF[1]
    with pytest.raises((RenewalError, GitLabError)) as failed:
        job.run()
    assert f"lacks the required permissions: [{lacks}]" in str(failed.value)
    assert "needs Personal Access Token: Read and Rotate to be renewed" in str(failed.value)
    assert "no token in the secret works" not in str(failed.value)


def test_the_token_that_works_is_used_even_if_it_may_not_read_itself(gitlab: GitLab, clock: FakeClock) -> None:
    job = Job(gitlab, clock, _SOON)
    least = Secret(gitlab.create_fine_grained_token("least", "bot", ["Variable: Read"], []))
    both = gitlab_secret.dumps([Secret("glpat-fake-dead-0000"), least])
    working = gitlab_secret.read(both, gitlab.url, job.http)
    assert (working.token, working.expires_at, len(working.warnings)) == (least, None, 2)

from collections.abc import Callable
from datetime import UTC, datetime

import gitlab as python_gitlab
import pytest
from raw_http import Api

from rehearsal.gitlab import GitLab
from rehearsal.gitlab.cron import next_run

APP = "acme/platform/app"
SCHEDULES = "/projects/acme%2Fplatform%2Fapp/pipeline_schedules"
NIGHTLY = {"description": "nightly", "ref": "main", "cron": "0 1 * * *"}
NOON = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)  # a Sunday


def test_python_gitlab_makes_lists_changes_takes_plays_and_deletes_a_schedule(
    emulator: GitLab, connect: Callable[[str], python_gitlab.Gitlab]
) -> None:
    project = connect(emulator.create_token("t", ["api"], project=APP)).projects.get(APP)
    made = project.pipelineschedules.create(NIGHTLY)
    assert (made.ref, made.active, made.cron_timezone) == ("refs/heads/main", True, "UTC")
    assert made.next_run_at == "2026-11-23T01:00:00+00:00"
    assert [each.id for each in project.pipelineschedules.list(iterator=True)] == [made.id]

    other = connect(emulator.create_token("u", ["api"], project=APP)).projects.get(APP)
    taken = other.pipelineschedules.get(made.id)
    taken.take_ownership()
    taken.cron = "5 */2 * * *"
    taken.save()
    assert project.pipelineschedules.get(made.id).cron == "5 */2 * * *"

    assert project.pipelineschedules.get(made.id).last_pipeline is None
    project.pipelineschedules.get(made.id).play()
    last = project.pipelineschedules.get(made.id).last_pipeline
    assert (last["ref"], last["status"]) == ("refs/heads/main", "pending")

    taken.delete()
    assert project.pipelineschedules.list(get_all=True) == []


def test_only_its_owner_changes_a_schedule_and_a_maintainer_may_delete_it(
    emulator: GitLab, maintainer: Api, http: Callable[[str | None], Api]
) -> None:
    other = http(emulator.create_token("other", ["api"], project=APP))
    _, made = maintainer.decoded("POST", SCHEDULES, json=NIGHTLY)
    assert other.decoded("PUT", f"{SCHEDULES}/{made['id']}", json={"active": False})[0] == 403
    assert other.decoded("DELETE", f"{SCHEDULES}/{made['id']}")[0] == 204
    assert other.decoded("GET", f"{SCHEDULES}/{made['id']}") == (404, {"message": "404 Pipeline Schedule Not Found"})


def test_a_reporter_sees_none(emulator: GitLab, http: Callable[[str | None], Api]) -> None:
    reporter = http(emulator.create_token("reporter", ["api"], project=APP, access_level=20))
    assert reporter.decoded("GET", SCHEDULES)[0] == 403


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"cron": "every hour"}, {"message": {"cron": [" is invalid syntax"]}}),
        ({"cron": "60 * * * *"}, {"message": {"cron": [" is invalid syntax"]}}),
        ({"cron": None, "ref": None}, {"error": "ref is missing, cron is missing"}),
    ],
)
def test_what_gitlab_refuses_is_refused(
    maintainer: Api, changes: dict[str, str | None], answer: dict[str, object]
) -> None:
    body = {key: value for key, value in (NIGHTLY | changes).items() if value is not None}
    assert maintainer.decoded("POST", SCHEDULES, json=body) == (400, answer)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("* * * * *", (22, 12, 1)),
        ("0 * * * *", (22, 13, 0)),
        ("7-59/15 * * * *", (22, 12, 7)),
        ("0,30 12 * * *", (22, 12, 30)),
        ("45 */2 * * *", (22, 12, 45)),
        ("0 12 * * *", (23, 12, 0)),
        ("0 0 * * 1-5", (23, 0, 0)),
        ("0 0 1 12 *", (1, 0, 0)),
    ],
)
def test_a_schedule_is_due_when_cron_says_so(expression: str, expected: tuple[int, int, int]) -> None:
    due = next_run(expression, NOON)
    assert (due.day, due.hour, due.minute, due.second) == (*expected, 0)


@pytest.mark.parametrize("expression", ["", "* * * *", "61 * * * *", "5-1 * * * *", "x * * * *", "0 0 31 2 *"])
def test_what_is_no_cron_or_never_due_is_refused(expression: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the route words it
        next_run(expression, NOON)

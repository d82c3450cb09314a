from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import gitlab as python_gitlab
import pytest
from raw_http import Api

from rehearsal.gitlab.cron import next_run
from rehearsal.gitlab.emulator import GitLab

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


def test_a_reporter_sees_no_schedules(emulator: GitLab, http: Callable[[str | None], Api]) -> None:
    reporter = http(emulator.create_token("reporter", ["api"], project=APP, access_level=20))
    assert reporter.decoded("GET", SCHEDULES)[0] == 403


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"cron": "every hour"}, {"message": {"cron": [" is invalid syntax"]}}),
        ({"cron": "60 * * * *"}, {"message": {"cron": [" is invalid syntax"]}}),
        ({"cron_timezone": "Mars/Olympus"}, {"message": {"cron_timezone": [" is invalid syntax"]}}),
        ({"cron_timezone": "../UTC"}, {"message": {"cron_timezone": [" is invalid syntax"]}}),
        ({"cron": None, "ref": None}, {"error": "ref is missing, cron is missing"}),
    ],
)
def test_an_invalid_schedule_is_refused_with_gitlabs_message(
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
def test_an_invalid_cron_or_one_that_is_never_due_is_refused(expression: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the route words it
        next_run(expression, NOON)


def test_a_refused_change_leaves_a_schedule_as_it_is(maintainer: Api) -> None:
    _, made = maintainer.decoded("POST", SCHEDULES, json=NIGHTLY)
    one = f"{SCHEDULES}/{made['id']}"
    assert maintainer.decoded("PUT", one, json={"active": False, "cron_timezone": "Mars"})[0] == 400
    assert maintainer.decoded("GET", one)[1] == made


@pytest.mark.parametrize(
    ("timezone", "after", "due"),
    [
        ("UTC", datetime(2026, 11, 22, 12, tzinfo=UTC), "2026-11-23T01:00:00+00:00"),
        ("Europe/Berlin", datetime(2026, 11, 22, 12, tzinfo=UTC), "2026-11-23T00:00:00+00:00"),
        ("America/New_York", datetime(2026, 11, 22, 12, tzinfo=UTC), "2026-11-23T06:00:00+00:00"),
        ("Europe/Berlin", datetime(2026, 7, 1, 12, tzinfo=UTC), "2026-07-01T23:00:00+00:00"),
    ],
)
def test_a_schedule_is_due_by_the_clock_of_its_time_zone(timezone: str, after: datetime, due: str) -> None:
    assert next_run("0 1 * * *", after, timezone).isoformat() == due


def test_an_hour_that_the_clocks_skip_is_not_due() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)  # clocks in Berlin go from 2 to 3 on the next day
    assert next_run("30 2 * * *", before, "Europe/Berlin") == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_the_answer_names_the_next_run_by_its_time_zone(maintainer: Api) -> None:
    _, made = maintainer.decoded("POST", SCHEDULES, json={**NIGHTLY, "cron_timezone": "Europe/Berlin"})
    assert made["next_run_at"] == "2026-11-23T00:00:00+00:00"


def test_scope_lists_either_active_or_inactive_schedules(maintainer: Api) -> None:
    ids = {
        active: maintainer.decoded("POST", SCHEDULES, json={**NIGHTLY, "active": active})[1]["id"]
        for active in (True, False)
    }
    for scope, active in (("active", True), ("inactive", False)):
        assert [each["id"] for each in maintainer.decoded("GET", f"{SCHEDULES}?scope={scope}")[1]] == [ids[active]]
    assert maintainer.decoded("GET", f"{SCHEDULES}?scope=all") == (
        400,
        {"error": "scope does not have a valid value"},
    )


def test_a_change_and_a_new_owner_are_dated(maintainer: Api, root: Api, clock: Any) -> None:
    made = maintainer.decoded("POST", SCHEDULES, json=NIGHTLY)[1]
    assert made["updated_at"] == made["created_at"]
    clock.advance(hours=1)
    changed = maintainer.decoded("PUT", f"{SCHEDULES}/{made['id']}", json={"active": False})[1]
    assert (changed["updated_at"], changed["created_at"]) == ("2026-11-22T13:00:00+00:00", made["created_at"])
    clock.advance(hours=1)
    taken = root.decoded("POST", f"{SCHEDULES}/{made['id']}/take_ownership")[1]
    assert taken["updated_at"] == "2026-11-22T14:00:00+00:00"


def test_the_pipelines_of_a_schedule_are_listed(maintainer: Api) -> None:
    one = f"{SCHEDULES}/{maintainer.decoded('POST', SCHEDULES, json=NIGHTLY)[1]['id']}"
    for _ in range(2):
        maintainer("POST", f"{one}/play")
    listed = maintainer.decoded("GET", f"{one}/pipelines")[1]
    assert [(each["source"], each["ref"], each["status"]) for each in listed] == [
        ("schedule", "refs/heads/main", "pending")
    ] * 2
    assert maintainer.decoded("GET", f"{one}/pipelines?sort=desc")[1] == listed[::-1]


def test_python_gitlab_sets_changes_and_deletes_a_schedules_variable(
    emulator: GitLab, connect: Callable[[str], python_gitlab.Gitlab]
) -> None:
    project = connect(emulator.create_token("t", ["api"], project=APP)).projects.get(APP)
    schedule = project.pipelineschedules.create(NIGHTLY)
    schedule.variables.create({"key": "DEPTH", "value": "1"})
    with pytest.raises(python_gitlab.GitlabCreateError, match=r"\(DEPTH\) has already been taken"):
        schedule.variables.create({"key": "DEPTH", "value": "2"})
    schedule.variables.update("DEPTH", {"value": "2", "variable_type": "file"})
    assert project.pipelineschedules.get(schedule.id).attributes["variables"] == [
        {"variable_type": "file", "key": "DEPTH", "value": "2", "raw": False}
    ]
    schedule.variables.delete("DEPTH")
    assert project.pipelineschedules.get(schedule.id).attributes["variables"] == []
    with pytest.raises(python_gitlab.GitlabDeleteError, match="404 Pipeline Schedule Variable Not Found"):
        schedule.variables.delete("DEPTH")


def test_only_its_owner_writes_a_schedules_variables(
    emulator: GitLab, maintainer: Api, http: Callable[[str | None], Api]
) -> None:
    one = f"{SCHEDULES}/{maintainer.decoded('POST', SCHEDULES, json=NIGHTLY)[1]['id']}"
    other = http(emulator.create_token("other", ["api"], project=APP))
    assert other.decoded("POST", f"{one}/variables", json={"key": "A", "value": "1"})[0] == 403

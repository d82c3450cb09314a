"""The runner's side of GitLab's API, as `gitlab-runner` uses it: requests, logs, ends, and all that is refused."""

import threading
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.jobs import JobRequest

APP = "acme/platform/app"
Http = Callable[[str | None], Api]


@pytest.fixture
def taken(emulator: GitLab, ask: Callable[..., Any]) -> dict[str, Any]:
    emulator.jobs.create(APP, JobRequest("test", ["true"]))
    return ask().json()


def patch(api: Api, job: dict[str, Any], content: bytes, start: int, **headers: str) -> Any:
    sent = {
        "JOB-TOKEN": job["token"],
        "Content-Range": f"{start}-{start + len(content) - 1}",
        "Content-Type": "text/plain",
        **headers,
    }
    return api("PATCH", f"/jobs/{job['id']}/trace?debug_trace=false", body=content, headers=sent)


def end(api: Api, job: dict[str, Any], state: str, **more: Any) -> Any:
    body = {"token": job["token"], "state": state, "info": {}, **more}
    return api("PUT", f"/jobs/{job['id']}", json=body, headers={"JOB-TOKEN": job["token"]})


def test_without_a_job_the_answer_names_the_state_of_the_queue(ask: Callable[..., Any]) -> None:
    answer = ask()
    assert (answer.status, answer.data) == (204, b"")
    assert answer.headers["X-GitLab-Last-Update"]


def test_a_runner_that_has_seen_the_queue_is_held_until_it_changes_and_asks_again(
    emulator: GitLab, ask: Callable[..., Any]
) -> None:
    seen = ask().headers["X-GitLab-Last-Update"]
    begin = time.monotonic()
    threading.Timer(0.3, lambda: emulator.jobs.create(APP, JobRequest("test", ["true"]))).start()
    held = ask(last_update=seen)
    assert (held.status, held.headers["Gitlab-Ci-Builds-Polling"]) == (204, "yes")
    assert 0.25 < time.monotonic() - begin < 10
    assert ask(last_update=seen).status == 201


def test_a_held_request_ends_by_itself(emulator: GitLab, ask: Callable[..., Any]) -> None:
    emulator.hold_runners(0.05)
    assert ask(last_update=ask().headers["X-GitLab-Last-Update"]).status == 204


def test_a_job_comes_with_its_image_its_script_and_its_variables_in_order(
    emulator: GitLab, ask: Callable[..., Any]
) -> None:
    emulator.set_variable("instance", "instance", "LEVEL", "instance")
    emulator.set_variable("group", "acme", "LEVEL", "group")
    emulator.set_variable("project", APP, "LEVEL", "project")
    emulator.set_variable(
        "project", APP, "DOCKER_AUTH_CONFIG", '{"auths":{}}', variable_type="file", raw=True, masked=True
    )
    emulator.set_variable("project", APP, "SAFE", "only-where-protected", protected=True)
    emulator.set_variable("project", APP, "PLACE", "production", environment_scope="prod/*")
    number = emulator.jobs.create(APP, JobRequest("test", ["env", "true"], "host/ci/python:1.0"))
    answer = ask()
    job = answer.json()
    assert (answer.status, job["id"], job["image"]["name"]) == (201, number, "host/ci/python:1.0")
    assert job["steps"][0]["script"] == ["env", "true"]
    rows = {row["key"]: row for row in job["variables"]}
    keys = [row["key"] for row in job["variables"]]
    assert rows["LEVEL"]["value"] == "project"
    assert [row["value"] for row in job["variables"] if row["key"] == "LEVEL"] == ["instance", "group", "project"]
    assert rows["DOCKER_AUTH_CONFIG"] == {
        "key": "DOCKER_AUTH_CONFIG",
        "value": '{"auths":{}}',
        "public": False,
        "masked": True,
        "raw": True,
        "file": True,
    }
    assert keys.index("CI_JOB_ID") < keys.index("LEVEL")
    assert "SAFE" not in rows
    assert "PLACE" not in rows
    assert emulator.jobs.seen(number).status == "running"


def test_a_job_of_a_protected_ref_and_an_environment_sees_what_is_for_them(
    emulator: GitLab, ask: Callable[..., Any]
) -> None:
    emulator.protect_branch(APP, "release/*")
    emulator.set_variable("project", APP, "SAFE", "yes", protected=True)
    emulator.set_variable("project", APP, "PLACE", "all")
    emulator.set_variable("project", APP, "PLACE", "some", environment_scope="prod/*")
    emulator.set_variable("project", APP, "PLACE", "one", environment_scope="prod/eu")
    emulator.jobs.create(APP, JobRequest("test", [], ref="release/1/2", environment="prod/eu"))
    job = ask().json()
    values = {row["key"]: row["value"] for row in job["variables"]}
    assert (values["SAFE"], values["PLACE"], values["CI_COMMIT_REF_PROTECTED"]) == ("yes", "one", "true")
    assert job["git_info"]["protected"] is True


def test_id_tokens_are_variables_and_secrets_name_the_token_and_the_role(
    emulator: GitLab, ask: Callable[..., Any]
) -> None:
    emulator.set_variable("project", APP, "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/reader")
    secret = {"aws_secrets_manager": {"secret_id": "s", "region": "eu-central-1"}, "token": "$TOKEN", "file": True}
    request = JobRequest(
        "test", [], id_tokens={"TOKEN": "https://gitlab.example.com"}, secrets={"DOCKER_AUTH_CONFIG": secret}
    )
    emulator.jobs.create(APP, request)
    job = ask().json()
    token = next(row for row in job["variables"] if row["key"] == "TOKEN")
    assert token["masked"] is True
    claims = jwt.decode(token["value"], options={"verify_signature": False})
    assert (claims["aud"], claims["project_path"]) == ("https://gitlab.example.com", APP)
    assert job["secrets"]["DOCKER_AUTH_CONFIG"] == {
        "aws_secrets_manager": {
            "secret_id": "s",
            "region": "eu-central-1",
            "server": {
                "region": None,
                "jwt": "$TOKEN",
                "role_arn": "arn:aws:iam::123456789012:role/reader",
                "role_session_name": None,
            },
        },
        "token": "$TOKEN",
        "file": True,
    }


@pytest.mark.parametrize(
    ("runner", "tags", "takes"),
    [
        ({"tag_list": "docker,linux"}, ["docker"], True),
        ({"tag_list": "docker"}, ["docker", "gpu"], False),
        ({"tag_list": "docker"}, [], True),
        ({"tag_list": "docker", "run_untagged": False}, [], False),
        ({"paused": True}, [], False),
        ({"access_level": "ref_protected"}, [], False),
    ],
)
def test_a_runner_takes_the_jobs_that_its_tags_and_flags_allow(
    emulator: GitLab, root: Api, http: Http, *, runner: dict[str, Any], tags: list[str], takes: bool
) -> None:
    made = root.decoded("POST", "/user/runners", json={"runner_type": "instance_type", **runner})[1]
    emulator.jobs.create(APP, JobRequest("test", [], tags=tags))
    answer = http(None)("POST", "/jobs/request", json={"token": made["token"]})
    assert answer.status == (201 if takes else 204)


def test_a_groups_runner_only_takes_jobs_of_the_projects_below_it(emulator: GitLab, root: Api, http: Http) -> None:
    group = root.decoded("GET", "/groups/acme%2Fplatform")[1]["id"]
    made = root.decoded("POST", "/user/runners", json={"runner_type": "group_type", "group_id": group})[1]
    emulator.create_project("acme/elsewhere/app")
    emulator.jobs.create("acme/elsewhere/app", JobRequest("test", []))
    api = http(None)
    assert api("POST", "/jobs/request", json={"token": made["token"]}).status == 204
    emulator.jobs.create(APP, JobRequest("test", []))
    assert api("POST", "/jobs/request", json={"token": made["token"]}).status == 201


def test_a_groups_runner_is_deleted_and_restored_with_its_group(emulator: GitLab, root: Api, http: Http) -> None:
    group = root.decoded("GET", "/groups/acme%2Fplatform")[1]["id"]
    made = root.decoded("POST", "/user/runners", json={"runner_type": "group_type", "group_id": group})[1]
    emulator.delete("acme/platform")
    assert root.decoded("GET", f"/runners/{made['id']}")[0] == 404
    assert http(None)("POST", "/jobs/request", json={"token": made["token"]}).status == 403
    emulator.restore("acme/platform")
    assert root.decoded("GET", f"/runners/{made['id']}")[0] == 200
    assert http(None)("POST", "/jobs/request", json={"token": made["token"]}).status == 204


def test_a_log_is_sent_in_pieces_and_only_appended(emulator: GitLab, http: Http, taken: dict[str, Any]) -> None:
    api = http(None)
    first = patch(api, taken, b"one\n", 0)
    assert (first.status, first.headers["Range"], first.headers["Job-Status"]) == (202, "0-4", "running")
    assert int(first.headers["X-GitLab-Trace-Update-Interval"]) > 0
    for start in (0, 3, 9):
        wrong = patch(api, taken, b"two\n", start)
        assert (wrong.status, wrong.headers["Range"]) == (416, "0-4")
    assert patch(api, taken, b"two\n", 4).status == 202
    assert emulator.jobs.seen(taken["id"]).log == "one\ntwo\n"


def test_a_piece_of_a_log_is_not_read_as_a_form(emulator: GitLab, http: Http, taken: dict[str, Any]) -> None:
    assert patch(http(None), taken, b"token=other&state=failed", 0).status == 202
    assert emulator.jobs.seen(taken["id"]).log == "token=other&state=failed"


def test_a_piece_without_its_range_is_refused(http: Http, taken: dict[str, Any]) -> None:
    answer = http(None).decoded("PATCH", f"/jobs/{taken['id']}/trace", body=b"x", headers={"JOB-TOKEN": taken["token"]})
    assert answer == (400, {"error": "400 Missing header Content-Range"})


def test_a_log_that_is_too_long_ends_its_job(emulator: GitLab, http: Http, taken: dict[str, Any]) -> None:
    emulator.jobs.limit_log(taken["id"], 6)
    api = http(None)
    assert patch(api, taken, b"12345\n", 0).status == 202
    assert patch(api, taken, b"7", 6).status == 403
    seen = emulator.jobs.seen(taken["id"])
    assert (seen.status, seen.failure_reason, seen.log) == ("failed", "trace_size_exceeded", "12345\n")


def test_another_token_opens_no_job_and_an_unknown_job_gives_no_404(http: Http, taken: dict[str, Any]) -> None:
    api = http(None)
    forbidden = (403, {"message": "403 Forbidden"})
    for job in ({**taken, "token": "glcbt-fake-other"}, {**taken, "id": 1}):
        answer = patch(api, job, b"x", 0)
        assert (answer.status, answer.json()) == forbidden
        assert "Job-Status" not in answer.headers
        assert end(api, job, "success").status == 403
    assert api.decoded("POST", "/jobs/request", json={"token": "glrt-fake-other"}) == forbidden


def test_the_runner_of_a_canceled_job_is_told_to_stop(emulator: GitLab, http: Http, taken: dict[str, Any]) -> None:
    emulator.jobs.cancel(taken["id"])
    api = http(None)
    for answer in (patch(api, taken, b"x", 0), end(api, taken, "running")):
        assert (answer.status, answer.headers["Job-Status"]) == (403, "canceled")
        assert answer.json() == {"message": "403 Forbidden - Job is not running"}


def test_a_job_that_is_canceled_gracefully_accepts_its_log_until_its_end(
    emulator: GitLab, http: Http, taken: dict[str, Any]
) -> None:
    emulator.jobs.cancel(taken["id"], gracefully=True)
    api = http(None)
    answer = patch(api, taken, b"cleaning up\n", 0)
    assert (answer.status, answer.headers["Job-Status"]) == (202, "canceling")
    assert end(api, taken, "success").status == 200
    assert emulator.jobs.seen(taken["id"]).status == "canceled"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"state": "success"}, ("success", None, None)),
        ({"state": "failed", "failure_reason": "script_failure", "exit_code": 3}, ("failed", "script_failure", 3)),
        ({"state": "failed", "failure_reason": "image_pull_failure"}, ("failed", "image_pull_failure", None)),
        ({"state": "failed", "failure_reason": "of-a-later-release"}, ("failed", "unknown_failure", None)),
    ],
)
def test_a_job_ends_as_its_runner_reports_and_accepts_nothing_afterwards(
    emulator: GitLab, http: Http, taken: dict[str, Any], sent: dict[str, Any], kept: tuple[Any, ...]
) -> None:
    api = http(None)
    assert end(api, taken, "running").status == 200
    answer = end(api, taken, **sent)
    assert (answer.status, answer.data) == (200, b"200")
    seen = emulator.jobs.seen(taken["id"])
    assert (seen.status, seen.failure_reason, seen.exit_code) == kept
    assert patch(api, taken, b"late", 0).headers["Job-Status"] == kept[0]


def test_a_state_that_gitlab_does_not_know_is_refused(http: Http, taken: dict[str, Any]) -> None:
    assert end(http(None), taken, "sleeping").status == 400


def test_a_jobs_end_is_sent_twice_where_logs_are_gathered_in_pieces(
    emulator: GitLab, http: Http, taken: dict[str, Any]
) -> None:
    emulator.gather_logs_in_pieces()
    api, output = http(None), {"checksum": "crc32:00000000", "bytesize": 0}
    first = end(api, taken, "success", output=output)
    assert (first.status, first.headers["X-GitLab-Trace-Update-Interval"]) == (202, "1")
    assert emulator.jobs.seen(taken["id"]).status == "running"
    assert end(api, taken, "success", output=output).status == 200
    assert emulator.jobs.seen(taken["id"]).status == "success"


def test_a_deleted_projects_job_is_forbidden(emulator: GitLab, http: Http, taken: dict[str, Any]) -> None:
    emulator.delete(APP)
    assert patch(http(None), taken, b"x", 0).json() == {"message": "403 Forbidden - Project has been deleted!"}

"""The scripted runner between the emulated GitLab and a scripted Docker: what it sends, and what a refusal does."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from raw_http import Api
from scripted_docker import ScriptedDocker, scripted_docker
from scripted_runner.coordinator import Coordinator, Trace
from scripted_runner.docker_api import Docker
from scripted_runner.job import Job

from rehearsal.gitlab.emulator import GitLab
from rehearsal.gitlab.job_control import JobSeen
from rehearsal.gitlab.jobs import JobRequest

APP = "acme/app"
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
IMAGE = f"{HOST}/ci/python:1.0"
LOGIN = json.dumps({"auths": {HOST: {"auth": "QVdTOmZha2UtcGFzc3dvcmQ="}}})


@dataclass
class Lab:
    gitlab: GitLab
    docker: ScriptedDocker
    runner: dict[str, Any]

    def coordinator(self) -> Coordinator:
        return Coordinator(self.runner, "18.3.0")

    def taken(self, **request: Any) -> tuple[int, dict[str, Any]]:
        """A job in the queue, and the runner's copy of it."""
        number = self.gitlab.jobs.create(APP, JobRequest("test", ["true"], IMAGE, **request))
        job = self.coordinator().request()
        assert job is not None
        return number, job

    def run(self, **request: Any) -> JobSeen:
        number, job = self.taken(**request)
        Job(job, self.runner, self.coordinator(), Docker(self.runner["docker"]["host"]), "18.3.0").run()
        return self.gitlab.jobs.seen(number)


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setenv("HOME", str(tmp_path))
    with GitLab.start() as gitlab, scripted_docker(tmp_path) as docker, Api(gitlab.url, "") as nobody:
        gitlab.create_project(APP)
        token = gitlab.create_token("root", ["api"], user="root")
        made = nobody.decoded(
            "POST", "/user/runners", json={"runner_type": "instance_type"}, headers={"PRIVATE-TOKEN": token}
        )[1]
        section = {"host": f"unix://{docker.socket}", "helper_image": "sha256:0123", "network_mode": "host"}
        runner = {"name": "r", "url": gitlab.url, "executor": "docker", "docker": section, **made}
        yield Lab(gitlab, docker, runner)


def test_only_its_own_token_verifies_it(lab: Lab) -> None:
    assert lab.coordinator().verify()
    lab.runner["token"] = "glrt-fake-of-somebody-else"
    assert not lab.coordinator().verify()


def test_a_job_pulls_with_the_variable_and_prints_from_inside(lab: Lab) -> None:
    lab.gitlab.set_variable("project", APP, "DOCKER_AUTH_CONFIG", LOGIN, variable_type="file", raw=True)
    seen = lab.run()
    assert (seen.status, lab.docker.logins) == ("success", {IMAGE: ("AWS", "fake-password")})
    assert "Authenticating with credentials from $DOCKER_AUTH_CONFIG\n" in seen.log
    assert "from inside\n" in seen.log
    assert "> /builds/made.tmp/DOCKER_AUTH_CONFIG" in lab.docker.scripts[0]


def test_a_refused_pull_ends_the_job_in_the_runners_words(lab: Lab) -> None:
    lab.docker.refusals[IMAGE] = "unauthorized: Not Authorized"
    seen = lab.run()
    assert (seen.status, seen.failure_reason) == ("failed", "image_pull_failure")
    assert lab.docker.logins == {IMAGE: None}
    assert (
        f'ERROR: Job failed: failed to pull image "{IMAGE}" with specified policies [always]: '
        "Error response from daemon: unauthorized: Not Authorized"
    ) in seen.log


def test_a_failing_script_ends_the_job_with_its_exit_code(lab: Lab) -> None:
    lab.docker.exit_code = 3
    seen = lab.run()
    assert (seen.status, seen.failure_reason, seen.exit_code) == ("failed", "script_failure", 3)


def test_an_image_that_the_runner_does_not_allow_is_never_pulled(lab: Lab) -> None:
    lab.runner["docker"]["allowed_images"] = [f"{HOST}/base/*"]
    seen = lab.run()
    assert seen.status == "failed"
    assert "is not present on list of allowed images" in seen.log
    assert lab.docker.logins == {}


def test_a_masked_value_is_in_no_log(lab: Lab) -> None:
    lab.gitlab.set_variable("project", APP, "PASSWORD", "fake-secret-value", masked=True)
    lab.docker.output = b"it is fake-secret-value\n"
    assert "it is [MASKED]\n" in lab.run().log


def test_a_canceled_job_is_left_alone(lab: Lab) -> None:
    number, job = lab.taken()
    lab.gitlab.jobs.cancel(number)
    trace = Trace(lab.coordinator(), job, [])
    trace.write("too late\n")
    assert trace.end("success") == 403
    assert trace.aborted
    assert lab.gitlab.jobs.seen(number).log == ""


def test_the_log_continues_from_where_gitlabs_copy_ends(lab: Lab) -> None:
    number, job = lab.taken()
    coordinator = lab.coordinator()
    trace = Trace(coordinator, job, [])
    trace.write("one\ntwo\n")
    # A piece that was carried out, and whose answer was lost.
    assert coordinator.patch(job, b"one\n", 0).status == 202
    trace.send()
    assert lab.gitlab.jobs.seen(number).log == "one\ntwo\n"


def test_a_jobs_end_that_is_only_accepted_is_sent_again(lab: Lab) -> None:
    lab.gitlab.gather_logs_in_pieces()
    assert lab.run().status == "success"


def test_a_log_that_is_too_long_aborts_the_job(lab: Lab) -> None:
    number, job = lab.taken()
    lab.gitlab.jobs.limit_log(number, 3)
    trace = Trace(lab.coordinator(), job, [])
    trace.write("longer")
    assert trace.end("success") == 403
    assert lab.gitlab.jobs.seen(number).failure_reason == "trace_size_exceeded"


def test_a_request_for_a_job_waits_until_the_queue_changes(lab: Lab) -> None:
    coordinator = lab.coordinator()
    assert coordinator.request() is None
    wake: Callable[[], Any] = lambda: lab.gitlab.jobs.create(APP, JobRequest("test", [], IMAGE))  # noqa: E731 - for a timer
    threading.Timer(0.2, wake).start()
    assert coordinator.request() is None
    found = coordinator.request()
    assert found is not None
    assert found["job_info"]["name"] == "test"

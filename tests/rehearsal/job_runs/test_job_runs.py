"""`make rehearse` with a runner on PATH: jobs run in images from the registry, others fail and are explained."""

import io
import json
import os
import shutil
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from unittest import mock

import podman_here
import pytest
import yaml
from scripted_runner.program import put_on_path

from rehearsal.__main__ import main
from rehearsal.clients import HELPER
from rehearsal.job_runs.podman import short_folder

ROOT = Path(__file__).parents[3]
LOCAL = ROOT / "tests" / "data" / "examples" / "Pulumi.local.yaml"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any], Path]:
    """What a person sees, the report, and where its files were."""
    if reason := podman_here.why_not():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("with-a-runner")
    programs, temporary, report = folder / "bin", folder / "tmp", folder / "report.json"
    stack = yaml.safe_load(LOCAL.read_text())
    stack["config"]["gitlab-ecr:consumers"]["acme/vault"] = {
        "access": "job-secret",
        "pull": ["base/*"],
        "branches": ["main"],
    }
    (folder / "Pulumi.local.yaml").write_text(yaml.safe_dump(stack, sort_keys=False))
    programs.mkdir()
    temporary.mkdir()
    path = f"{put_on_path(programs)}{os.pathsep}{os.environ['PATH']}"
    shown, errors = io.StringIO(), io.StringIO()
    with (
        mock.patch.dict(os.environ, {"PATH": path}),
        mock.patch.object(tempfile, "tempdir", str(temporary)),
        redirect_stdout(shown),
        redirect_stderr(errors),
    ):
        status = main(["--stack-file", str(folder / "Pulumi.local.yaml"), "--report", str(report)])
    assert status == 0, errors.getvalue()
    found = json.loads(report.read_text())
    assert found["jobsNotRun"] is None
    return shown.getvalue(), found, temporary


def test_each_consumers_job_runs_where_it_may_pull_and_fails_where_it_may_not(
    ran: tuple[str, dict[str, Any], Path],
) -> None:
    jobs = ran[1]["jobs"]["jobs"]
    helper = shutil.which(HELPER) is not None
    assert [(job["who"], job["image"], job["runner"], job["actual"], job["cause"]) for job in jobs] == [
        ("acme/backend", "ci/python", "runner docker", "ran", ""),
        ("acme/backend", "base/alpine", "runner docker", "failed", "iam-policy"),
        ("acme/frontend/web", "ci/node", "a plain runner", "ran", ""),
        ("acme/frontend/web", "ci/python", "a plain runner", "failed", "iam-policy"),
        ("acme/vault by job-secret", "base/alpine", "a plain runner", "ran", ""),
        ("acme/vault by job-secret", "ci/python", "a plain runner", "failed", "iam-policy"),
        ("made-up-group/no-consumer, no consumer", "ci/python", "a plain runner", "failed", "variable-absent"),
        *[("acme/backend/another-login, by the access of runner docker", "ci/python", "runner docker", "ran", "")]
        * helper,
    ]


def test_the_output_of_a_job_is_that_of_the_image_or_of_the_runner(ran: tuple[str, dict[str, Any], Path]) -> None:
    jobs = ran[1]["jobs"]["jobs"]
    assert {job["actual"] == "ran" for job in jobs} == {True, False}
    for job in jobs:
        if job["actual"] == "ran":
            assert job["words"] == f"hello from inside {job['image']}"
        else:
            assert job["words"].startswith("ERROR: Job failed: failed to pull image ")
            assert ". Fix: " in job["fix"]


def test_the_output_shows_what_ran_each_job_and_how_the_runners_file_differs(
    ran: tuple[str, dict[str, Any], Path],
) -> None:
    shown, report, _ = ran
    by = report["jobs"]["by"]
    assert by.startswith("gitlab-runner 18.3.0 and podman ")
    begin = shown.index(f"Jobs that ran, by {by}\n")
    section = shown[begin:]
    assert "  runner docker: its config.toml as rendered, but for\n" in section
    assert "    runners.docker.network_mode = host\n" in section
    assert "    hello from inside ci/node\n" in section
    assert "    doctor: iam-policy: " in section
    assert "a runner that takes a job" not in section
    assert "  in GitLab, acme/backend/made-up-service: a project of group acme/backend\n" in section


def test_nothing_is_left_of_the_engine_and_its_containers(ran: tuple[str, dict[str, Any], Path]) -> None:
    _, report, temporary = ran
    host = next(key for key in report["jobs"]["adjusted"]["runner docker"] if key.startswith("runners.docker.host"))
    engine = Path(host.partition("unix://")[2]).parent
    assert engine.name == "engine"
    assert not engine.parent.exists()
    assert str(engine) not in Path("/proc/mounts").read_text()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(("folder", "short"), [("/tmp", "/tmp"), ("/var/folders/zz/a-long-way", "/tmp")])
def test_podmans_folder_has_a_short_path(folder: str, short: str) -> None:
    assert short_folder(folder) == short


def test_without_a_runner_the_rehearsal_is_complete_and_says_what_is_missing(whole: tuple[str, dict[str, Any]]) -> None:
    shown, report = whole
    if report["jobs"]:
        pytest.skip("a real runner is on PATH here, and has taken the jobs")
    assert f"Jobs that ran: none; {report['jobsNotRun']}\n" in shown
    assert "and a runner that takes a job" in shown

"""A stack's config.toml on another machine: each key that differs is named, and nothing else does."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from components.runner.config import render
from rehearsal.job_runs.runner_config import MachineParts, adjusted

HERE = MachineParts(Path("/run/engine.sock"), "sha256:0123", None)
ON_EVERY_MACHINE = {"host": "unix:///run/engine.sock", "network_mode": "host", "helper_image": "sha256:0123"}


def config(docker: dict[str, Any], **more: Any) -> str:
    runner = {"name": "docker", "token": "glrt-fake", "executor": "docker", "docker": docker}
    return render({"concurrent": 8, "check_interval": 1, "runners": [{**runner, **more.pop("runner", {})}], **more})


def test_the_keys_that_a_job_depends_on_are_not_changed() -> None:
    docker = {
        "image": "ruby:3.4",
        "pull_policy": ["always"],
        "allowed_images": ["*"],
        "volumes": ["/cache"],
        "privileged": True,
    }
    text, notes = adjusted(config(docker, runner={"environment": ["A=b"], "limit": 3}), HERE)
    found = tomllib.loads(text)["runners"][0]
    assert found["docker"] == docker | ON_EVERY_MACHINE
    assert (found["token"], found["environment"], found["limit"]) == ("glrt-fake", ["A=b"], 3)
    assert notes == [f"runners.docker.{key} = {value}" for key, value in ON_EVERY_MACHINE.items()]


@pytest.mark.parametrize(
    ("document", "note"),
    [
        (config({}, listen_address=":9252"), "listen_address left out: no port of this machine is opened"),
        (config({}, sentry_dsn="https://example.com/1"), "sentry_dsn left out: nothing is sent anywhere"),
        (
            config({"services": [{"name": "docker:dind"}]}),
            "runners.docker.services left out: their images are not this stack's",
        ),
        (config({"memory": "2g"}), "runners.docker.memory left out: this machine has its own limits"),
        (config({"tls_verify": True}), "runners.docker.tls_verify left out: the engine answers on a socket"),
        (
            config({}, runner={"pre_build_script": "apt-get update"}),
            "runners.pre_build_script left out: the images of this run hold a shell and nothing else",
        ),
        (
            config({}, runner={"executor": "docker-autoscaler", "autoscaler": {"plugin": "aws"}}),
            "runners.autoscaler left out: this machine stands for all of its instances",
        ),
    ],
)
def test_what_this_machine_lacks_is_left_out_and_listed(document: str, note: str) -> None:
    text, notes = adjusted(document, HERE)
    key = note.partition(" ")[0].rpartition(".")[2]
    assert note in notes
    assert f"{key} =" not in text
    assert f".{key}]" not in text


def test_an_autoscalers_jobs_run_in_one_engine() -> None:
    text, notes = adjusted(config({}, runner={"executor": "docker-autoscaler"}), HERE)
    assert tomllib.loads(text)["runners"][0]["executor"] == "docker"
    assert "runners.executor = docker" in notes


def test_a_volume_of_a_folder_that_is_not_here_is_left_out() -> None:
    docker = {"volumes": ["/cache", "/certs/client", "/here:/there:ro", "/absent:/x"]}
    text, notes = adjusted(config(docker), HERE, exists=lambda path: path == "/here")
    assert tomllib.loads(text)["runners"][0]["docker"]["volumes"] == ["/cache", "/certs/client", "/here:/there:ro"]
    assert "runners.docker.volumes without /absent:/x: this machine has no such folder" in notes


def test_four_jobs_run_at_once_and_the_runner_asks_every_second() -> None:
    text, notes = adjusted(render({"concurrent": 1, "runners": [{"executor": "docker"}]}), HERE)
    found = tomllib.loads(text)
    assert (found["concurrent"], found["check_interval"]) == (4, 1)
    assert {"concurrent = 4", "check_interval = 1"} <= set(notes)


def test_a_gitlab_with_its_own_ca_is_trusted_by_this_runs_file() -> None:
    there = config({}, runner={"tls-ca-file": "/etc/gitlab-runner/certs/gitlab.pem"})
    text, notes = adjusted(there, MachineParts(HERE.socket, HERE.helper_image, Path("/run/gitlab.pem")))
    assert tomllib.loads(text)["runners"][0]["tls-ca-file"] == "/run/gitlab.pem"
    assert "runners.tls-ca-file = /run/gitlab.pem" in notes

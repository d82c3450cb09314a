"""Job logs around one message: a preparation, a pull or a script that fails with it."""

from pathlib import Path

import pytest

from components.cli.__main__ import main

HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
IMAGE = f"{HOST}/ci/python:3.13"
_BEFORE = f"""Running with gitlab-runner 15.11.0 (436955cb)
  on docker-1 Ab3dEf9Gh
Preparing the "docker" executor
Using Docker executor with image {IMAGE} ...
"""
_PULLED = f"""Pulling docker image {IMAGE} ...
Using docker image sha256:0123 for {IMAGE} with digest {HOST}/ci/python@sha256:0123 ...
Preparing environment
Running on runner-1 via host...
Getting source from Git repository
Executing "step_script" stage of the job script
"""


def preparation(message: str) -> str:
    return f"""{_BEFORE}ERROR: Preparation failed: {message} (docker.go:779:0s)
Will be retried in 3s ...
ERROR: Job failed (system failure): {message} (docker.go:779:0s)
"""


def pull(message: str, image: str = IMAGE) -> str:
    return f"""{_BEFORE}Authenticating with credentials from $DOCKER_AUTH_CONFIG
Pulling docker image {image} ...
WARNING: Failed to pull image with policy "always": {message} (manager.go:254:0s)
ERROR: Job failed: failed to pull image "{image}" with specified policies [always]: {message} (manager.go:254:0s)
"""


def script(command: str, message: str) -> str:
    return f"""{_BEFORE}{_PULLED}$ {command}
{message}
Cleaning up project directory and file based variables
ERROR: Job failed: exit code 1
"""


def answer(log: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What doctor says of the log."""
    file = tmp_path / "job.log"
    file.write_text(log)
    main(["doctor", "--job-log", str(file)])
    return capsys.readouterr().out

"""The message about what a machine lacks for jobs says how to get it."""

import shutil
import sys
from pathlib import Path

import pytest

from rehearsal.job_runs.machine import Machine, found


def program(folder: Path, name: str, says: str = "") -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\nprintf '{says}'\n")
    file.chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    return folder


def test_without_a_runner_nothing_else_is_looked_for(path: Path) -> None:
    assert found() == "gitlab-runner is not on PATH"


def test_without_an_engine_the_message_says_what_to_install(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(path, "gitlab-runner")
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere")
    assert found() == "no engine for containers is here; install podman or Docker"


def test_a_daemon_on_another_machine_is_not_used(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(path, "gitlab-runner")
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:2375")
    assert found() == "Docker at tcp://127.0.0.1:2375 is not on a socket of this machine"


def test_a_busybox_that_needs_libraries_is_not_put_into_an_image(path: Path) -> None:
    program(path, "gitlab-runner")
    program(path, "podman")
    assert "install a static busybox" in str(found())
    shutil.copy(Path(sys.executable).resolve(), path / "busybox")
    assert "install a static busybox" in str(found())


def test_a_complete_machine_shows_its_runners_version(path: Path) -> None:
    if not (busybox := Path("/bin/busybox")).exists():
        pytest.skip("busybox-static is not installed; .ci/run installs it")
    program(path, "gitlab-runner", "Version:      18.3.0\\nOS/Arch:      linux/amd64\\n")
    program(path, "podman")
    shutil.copy(busybox, path / "busybox")
    machine = found()
    assert isinstance(machine, Machine)
    assert machine.name == "gitlab-runner 18.3.0"
    assert machine.helper == path / "gitlab-runner"
    assert {"sh", "cat", "rm"} <= set(machine.commands)
    program(path, "gitlab-runner-helper")
    machine = found()
    assert isinstance(machine, Machine)
    assert machine.helper == path / "gitlab-runner-helper"

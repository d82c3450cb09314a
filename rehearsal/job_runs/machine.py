"""What this machine has for jobs that run: a runner, an engine, a shell for the images; and what it lacks."""

import os
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .podman import PROGRAM as PODMAN

RUNNER: Final = "gitlab-runner"
_HELPER: Final = "gitlab-runner-helper"
_BUSYBOX: Final = "busybox"
_SECONDS: Final = 20
_ELF: Final = b"\x7fELF"
_INTERPRETER: Final = b"/ld-"
_HEAD: Final = 4096


@dataclass(frozen=True)
class Machine:
    """The programs that jobs need.

    Attributes:
        runner: `gitlab-runner`.
        name: the same with its version.
        helper: what a job's helper container runs: `gitlab-runner-helper`, or the runner itself, which can do the same.
        busybox: a static shell.
        commands: what busybox can be called as.
    """

    runner: Path
    name: str
    helper: Path
    busybox: Path
    commands: tuple[str, ...]


def found() -> Machine | str:
    """The programs, or what is missing, in words."""
    runner, busybox = shutil.which(RUNNER), shutil.which(_BUSYBOX)
    if runner is None:
        return f"{RUNNER} is not on PATH"
    if engine := _no_engine():
        return engine
    if busybox is None or not _is_static(Path(busybox)):
        return "the images need a program: install a static busybox (Debian: busybox-static)"
    version = _said(runner, "--version")
    number = next((line.split()[-1] for line in version if line.startswith("Version:")), "of an unknown version")
    return Machine(
        Path(runner),
        f"{RUNNER} {number}",
        Path(shutil.which(_HELPER) or runner),
        Path(busybox),
        tuple(_said(busybox, "--list")),
    )


def _no_engine() -> str:
    """Why no engine can be used; empty when podman can."""
    if shutil.which(PODMAN):
        return ""
    if docker := _docker_socket():
        return (
            f"{docker} pulls where its own daemon's proxy leads, and not from this run's registry; install podman, of "
            "which the rehearsal starts a service of its own"
        )
    return "no engine for containers is here; install podman, of which the rehearsal starts a service of its own"


def _docker_socket() -> str:
    if host := os.environ.get("DOCKER_HOST"):
        return f"Docker at {host}"
    default = Path("/var/run/docker.sock")
    return "Docker" if default.exists() and stat.S_ISSOCK(default.stat().st_mode) else ""


def _is_static(program: Path) -> bool:
    """A program that names no loader needs no library in the image."""
    with program.open("rb") as opened:
        head = opened.read(_HEAD)
    return head.startswith(_ELF) and _INTERPRETER not in head


def _said(program: str, option: str) -> list[str]:
    run = subprocess.run([program, option], capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603 - as found on PATH
    return run.stdout.splitlines()

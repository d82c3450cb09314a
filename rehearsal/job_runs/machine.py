"""Finds the programs on this machine that jobs need: a runner, a container engine, and a shell for the images."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .docker import local_socket
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
        name: the runner's name with its version.
        helper: the program for a job's helper container: `gitlab-runner-helper`, or the runner, which can do the same.
        busybox: a static shell.
        commands: the commands that busybox provides.
        docker: the socket of a Docker daemon, if there is no podman.
    """

    runner: Path
    name: str
    helper: Path
    busybox: Path
    commands: tuple[str, ...]
    docker: Path | None


def found() -> Machine | str:
    """The programs; or in words, what is missing."""
    runner, busybox = shutil.which(RUNNER), shutil.which(_BUSYBOX)
    if runner is None:
        return f"{RUNNER} is not on PATH"
    docker = None if shutil.which(PODMAN) else local_socket()
    if isinstance(docker, str):
        return docker
    if busybox is None or not _is_static(Path(busybox)):
        return "the images need a program: install a static busybox (Debian: busybox-static)"
    version = _output_of(runner, "--version")
    number = next((line.split()[-1] for line in version if line.startswith("Version:")), "of an unknown version")
    return Machine(
        Path(runner),
        f"{RUNNER} {number}",
        Path(shutil.which(_HELPER) or runner),
        Path(busybox),
        tuple(_output_of(busybox, "--list")),
        docker,
    )


def _is_static(program: Path) -> bool:
    """Whether a program names no loader, and so needs no library in the image."""
    with program.open("rb") as opened:
        head = opened.read(_HEAD)
    return head.startswith(_ELF) and _INTERPRETER not in head


def _output_of(program: str, option: str) -> list[str]:
    run = subprocess.run([program, option], capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603 - as found on PATH
    return run.stdout.splitlines()

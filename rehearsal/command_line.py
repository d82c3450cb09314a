"""Runs `gitlab-ecr` as a person with an administrator's credentials would."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .world import World

_ROOT: Final = Path(__file__).parents[1]
_SECONDS: Final = 300


@dataclass(frozen=True)
class CommandRun:
    """One run of the command.

    Attributes:
        command: the command as a person would type it.
        exit_code: the command's exit code; in GitLab, that of the job that it started.
        output: what it printed, line by line.
    """

    command: str
    exit_code: int
    output: list[str]

    @property
    def words(self) -> str:
        """The failure, for a person."""
        return "\n".join([f"{self.command}: exit code {self.exit_code}", *self.output])


def run(world: World, *arguments: str, typed: str = "") -> CommandRun:
    """Runs the command to its end. `typed` is the answer to its question."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        **({"GITLAB_TOKEN": world.administrator_token} if world.administrator_token else {}),
        **world.administrator(),
    }
    done = process(arguments, environment, typed)
    output = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    return CommandRun(f"gitlab-ecr {' '.join(arguments)}", done.returncode, output)


def process(arguments: Sequence[str], environment: Mapping[str, str], typed: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own, in this environment and no other."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "components.cli", *arguments],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        input=typed,
        timeout=_SECONDS,
        check=False,
    )

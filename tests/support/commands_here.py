"""The commands of a rehearsal, run in the test's own process.

A rehearsal runs `gitlab-ecr` as a person would, as a process, which takes half a second to import what it needs. The
tests rehearse dozens of stacks, with half a dozen commands each. The one whole run of `python -m rehearsal` that many
tests look at starts its processes as ever, and so do those that tests/rehearsal/test_command_line.py compares.
"""

import io
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from threading import Lock
from unittest import mock

from components.cli.__main__ import main
from rehearsal import command_line

apart = command_line.process
_one_at_a_time = Lock()


def here(arguments: Sequence[str], environment: Mapping[str, str], typed: str) -> subprocess.CompletedProcess[str]:
    """As `rehearsal.command_line.process`, without a process; one at a time, since the environment is the process's."""
    out, err = io.StringIO(), io.StringIO()
    with (
        _one_at_a_time,
        mock.patch.dict(os.environ, environment, clear=True),
        mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode()))),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = main([*arguments])
    return subprocess.CompletedProcess([*arguments], int(code), out.getvalue(), err.getvalue())


def run_commands_here() -> None:
    """Every rehearsal of this process runs its commands so."""
    command_line.process = here

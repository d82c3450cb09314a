"""Runs a program in the background that ends when this process ends, for whatever reason."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

# The shell ends the program when its own input ends, so that a killed parent leaves nothing behind.
_GUARD: Final = 'log=$1; shift; "$@" > "$log" 2>&1 < /dev/null & program=$!; read -r _; kill $program; wait $program; '
_STOP_LIMIT: Final = 15.0


class Guarded:
    """One program, started; its output goes to a file.

    Args:
        command: the program by its path, and its arguments.
        environment: its complete environment.
        log: the file for its output.
        after: a shell command to run when it has ended.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path, after: str = "true") -> None:
        self._log = log
        self._process = subprocess.Popen(  # noqa: S603 - programs of this machine, with our own arguments
            ["/bin/sh", "-c", _GUARD + after, "sh", str(log), *command],
            env=environment,
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def last_words(self, count: int = 3) -> str:
        """The end of its output, for a person."""
        lines = self._log.read_text(errors="replace").strip().splitlines() if self._log.exists() else []
        return " | ".join(lines[-count:]) or "no output"

    def stop(self) -> None:
        """Ask it to end, and wait until it is gone."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe, see above
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)  # the shell and the program, which ignores its signal
            self._process.wait()

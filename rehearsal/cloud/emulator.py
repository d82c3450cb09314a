"""The AWS emulator as a process: started in an empty environment, moved through time, ended without a trace.

What it enforces, measured with ministack 1.5.33 and AUTH=true: see the docstring of `rehearsal.cloud`.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final, Self

from components.names.registry_host import partition_of

_REPOSITORY_ROOT: Final = Path(__file__).resolve().parents[2]
_LAUNCHER: Final = "rehearsal.cloud.launcher"
_START_LIMIT: Final = 30.0
_STOP_LIMIT: Final = 10.0
ROOT_SECRET: Final = "rehearsal-root-not-a-secret"  # noqa: S105 - fake, opens a loopback emulator only


def process(command: list[str], environment: dict[str, str], log: IO[bytes]) -> subprocess.Popen[str]:
    """Starts the emulator's process. The tests replace this."""
    return subprocess.Popen(  # noqa: S603 - our own module, under our own interpreter
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=environment,
        cwd=_REPOSITORY_ROOT,
        start_new_session=True,
        text=True,
        bufsize=1,
    )


class Emulator:
    """ministack in its own session, so that Ctrl-C reaches its parent only."""

    def __init__(self, account: str, region: str, scratch: Path, environment: Mapping[str, str], port: int) -> None:
        self.port = port
        self.endpoint_url = f"http://127.0.0.1:{port}"
        self._log = scratch / "emulator.log"
        self._order_lock = threading.Lock()
        with self._log.open("wb") as log:
            complete = _environment(account, region, scratch, port) | dict(environment)
            self._process = process([sys.executable, "-m", _LAUNCHER, str(scratch)], complete, log)
        assert self._process.stdin is not None  # noqa: S101 - a pipe, see above
        assert self._process.stdout is not None  # noqa: S101 - a pipe, see above
        self._orders, self._answers = self._process.stdin, self._process.stdout

    @property
    def pid(self) -> int:
        """The process that leads the emulator's session."""
        return self._process.pid

    def wait_ready(self) -> Self:
        """Return when the emulator takes connections.

        Raises:
            RuntimeError: it ended or did not come up; the message ends with its log.
        """
        deadline = time.monotonic() + _START_LIMIT
        while time.monotonic() < deadline:
            if select.select([self._answers], [], [], 0)[0]:
                raise self._failure("ended while starting")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return self
        raise self._failure(f"did not listen on port {self.port} within {_START_LIMIT:.0f} s")

    def move(self, seconds: float) -> None:
        """Advance the scheduler's clock; on return every schedule that fell due was fired once.

        Raises:
            RuntimeError: the emulator is gone; the message ends with its log.
        """
        with self._order_lock:
            try:
                self._orders.write(f"move {seconds}\n")
                self._orders.flush()
                answer = self._answers.readline()
            except (OSError, ValueError):
                answer = ""
        if answer != "moved\n":
            raise self._failure("is gone")

    def stop(self) -> None:
        """End the emulator and its Lambda processes, and wait until they are gone."""
        for pipe in (self._orders, self._answers):
            with contextlib.suppress(OSError):  # it died with an order in the pipe
                pipe.close()
        try:
            self._process.wait(_STOP_LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def log_tail(self, lines: int = 5) -> str:
        """The last lines that the emulator wrote, on one line."""
        try:
            return " | ".join(self._log.read_text(errors="replace").strip().splitlines()[-lines:])
        except OSError:
            return "(no log)"

    def _failure(self, what: str) -> RuntimeError:
        return RuntimeError(f"AWS emulator {what}; its log ends with: {self.log_tail()}")


def _environment(account: str, region: str, scratch: Path, port: int) -> dict[str, str]:
    # Nothing of the caller's environment may reach the emulator: its Lambda processes inherit all of it.
    return {
        "PATH": os.defpath,
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        "MINISTACK_ACCOUNT_ID": account,
        "MINISTACK_REGION": region,
        "REHEARSAL_PARTITION": partition_of(region),
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": ROOT_SECRET,
    }

"""Processes of a fork server, with what is used of `subprocess.Popen`."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Thread
from typing import IO, Any, Final

_SERVER: Final = Path(__file__).with_name("fork_server.py")
_LONGEST: Final = 60  # a socket's path may have a hundred characters
_TEMPORARY: Final = tempfile.gettempdir()  # that of a single test goes with the test
_FOLDER: Final = _TEMPORARY if len(_TEMPORARY) <= _LONGEST else "/tmp"
_SECONDS: Final = 60.0


class ForkServer:
    """A process that forks. It ends with this one, or with `stop`.

    Args:
        modules: what it imports first.

    Attributes:
        address: for `Forked`.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        folder = Path(tempfile.mkdtemp(prefix="fork-server-", dir=_FOLDER))
        self.address = str(folder / "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.address)
            listener.listen(64)
            self._process = subprocess.Popen(
                [sys.executable, str(_SERVER), str(listener.fileno()), str(folder), *modules],
                stdin=subprocess.PIPE,
                pass_fds=[listener.fileno()],
                start_new_session=True,
            )

    def stop(self) -> None:
        """Ends it, and waits until its files are gone."""
        self._process.communicate()


class Forked(AbstractContextManager["Forked"]):
    """A process of the server at an address, with a pipe to its input and from its output.

    Args:
        address: the server's.
        command: the interpreter, and its arguments.
        stderr: a file, or a pipe as of `subprocess`.
        start_new_session: whether it lives on when this process ends.

    Attributes:
        returncode: None until the process has ended.
    """

    def __init__(
        self,
        address: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path | str,
        stderr: int | IO[bytes],
        start_new_session: bool = False,
        **_: Any,  # text and pipes are all that there is
    ) -> None:
        self.returncode: int | None = None
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        ours_err, theirs_err = os.pipe() if stderr == subprocess.PIPE else (None, stderr)
        streams = [theirs_in, theirs_out, theirs_err if isinstance(theirs_err, int) else theirs_err.fileno()]
        request = {
            "arguments": list(command[1:]),
            "environment": dict(env),
            "folder": str(Path(cwd).resolve()),
            "guarded": not start_new_session,
        }
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(_SECONDS)
        connection.connect(address)
        socket.send_fds(connection, [b"3"], streams)
        connection.sendall(json.dumps(request).encode() + b"\n")
        for each in {theirs_in, theirs_out, theirs_err}:
            if isinstance(each, int):
                os.close(each)
        self.stdin = os.fdopen(ours_in, "w", buffering=1)
        self.stdout = os.fdopen(ours_out)
        self.stderr = None if ours_err is None else os.fdopen(ours_err)
        answers = connection.makefile()
        self.pid = int(answers.readline())
        connection.settimeout(None)
        self._watch = Thread(target=self._read_status, args=(connection, answers), daemon=True)
        self._watch.start()

    def __exit__(self, *_: object) -> None:
        for pipe in (self.stdin, self.stdout, self.stderr):
            if pipe is not None:
                pipe.close()
        self.wait()

    def poll(self) -> int | None:
        """As of `subprocess.Popen`."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """As of `subprocess.Popen`."""
        self._watch.join(timeout)
        if self._watch.is_alive():
            raise subprocess.TimeoutExpired("a forked process", timeout or 0.0)
        return self.returncode

    def terminate(self) -> None:
        """As of `subprocess.Popen`."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """As of `subprocess.Popen`."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def _read_status(self, connection: socket.socket, answers: IO[str]) -> None:
        with connection, answers:
            self.returncode = int(answers.readline() or -signal.SIGKILL)

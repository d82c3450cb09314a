"""A Python process that has imported libraries, and forks for each process that needs them.

`python fork_server.py LISTENER FOLDER MODULES...`: LISTENER is a listening socket, FOLDER where it is, MODULES what is
imported. `forked.py` is the other end. It ends with its own input, and leaves no process and no file behind.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import selectors
import shutil
import signal
import socket
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn


@dataclass
class _Child:
    """A process, and the connection of who asked for it; in the pipe nothing is ever written, so its end is its end."""

    pid: int
    connection: socket.socket
    alive: int
    guarded: bool


class _Server:
    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._children: list[_Child] = []
        self._ready = selectors.DefaultSelector()
        self._ready.register(sys.stdin.fileno(), selectors.EVENT_READ)
        self._ready.register(listener, selectors.EVENT_READ, self._fork)

    def serve(self) -> None:
        """Until the input ends."""
        while True:
            for key, _ in self._ready.select():
                if key.data is None:
                    return
                key.data()

    def end_all(self) -> None:
        for child in self._children:
            self._end(child)

    def _fork(self) -> None:
        connection, _ = self._listener.accept()
        _, streams, _, _ = socket.recv_fds(connection, 1, 3)
        with connection.makefile("rb") as given:
            request = json.loads(given.readline())
        alive, held = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._forget_all()
            connection.close()
            os.close(alive)
            _become(request, streams)
        for each in (*streams, held):
            os.close(each)
        child = _Child(pid, connection, alive, request["guarded"])
        self._children.append(child)
        self._ready.register(alive, selectors.EVENT_READ, lambda: self._ended(child))
        self._ready.register(connection, selectors.EVENT_READ, lambda: self._left_alone(child))
        connection.sendall(f"{pid}\n".encode())

    def _ended(self, child: _Child) -> None:
        _, status = os.waitpid(child.pid, 0)
        with contextlib.suppress(OSError):  # nobody is there to hear it
            child.connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
        self._forget(child)

    def _left_alone(self, child: _Child) -> None:
        """Whoever asked for it is gone."""
        if child in self._children:  # it has not ended in the same moment
            self._ready.unregister(child.connection)
            self._end(child)

    def _end(self, child: _Child) -> None:
        if child.guarded:
            os.kill(child.pid, signal.SIGKILL)

    def _forget(self, child: _Child) -> None:
        self._children.remove(child)
        with contextlib.suppress(KeyError):
            self._ready.unregister(child.connection)
        self._ready.unregister(child.alive)
        child.connection.close()
        os.close(child.alive)

    def _forget_all(self) -> None:
        """What a new process must not hold open."""
        self._ready.close()
        self._listener.close()
        for child in self._children:
            child.connection.close()
            os.close(child.alive)


def _become(request: dict[str, Any], streams: list[int]) -> NoReturn:
    """The process that was asked for, from its first line to its end."""
    status: Any = 1
    try:
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        if not request["guarded"]:
            os.setsid()
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in os.environ
        sys.argv = request["arguments"]
        sys.path.insert(0, str(Path(sys.argv[0]).parent))
        runpy.run_path(sys.argv[0], run_name="__main__")
        status = 0
    except SystemExit as end:
        status = end.code or 0
    except BaseException:  # noqa: BLE001 - as the interpreter does at the end of a program
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status if isinstance(status, int) else 1)


def main() -> None:
    """Imports, then serves."""
    descriptor, folder, *modules = sys.argv[1:]
    with socket.socket(fileno=int(descriptor)) as listener:
        try:
            for module in modules:
                importlib.import_module(module)
            del sys.path[0]  # this folder, which no other process sees
            gc.collect()
            gc.freeze()  # so that processes share what was imported
            server = _Server(listener)
            server.serve()
            server.end_all()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

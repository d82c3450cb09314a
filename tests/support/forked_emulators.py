"""Emulators of AWS, and the functions that they run, as processes of a fork server.

An emulator takes half a second of the processor to import what it needs, and each of its functions a third. The tests
start dozens of worlds. A process of `fork_server.py` has imported the libraries already. As in a process of its own,
every module of ours is imported anew, and a function sees nothing of this tree but its own zip. The emulators of tests
that are measured start as ever, and so do those of a rehearsal that is itself a process.
"""

import atexit
import sys
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

from forked import Forked, ForkServer

from rehearsal.cloud import emulator

ROOT: Final = Path(__file__).parents[2]
_EMULATOR: Final = Path(__file__).with_name("forked_emulator.py")

apart = emulator.process


def forked(command: list[str], environment: dict[str, str], log: IO[bytes]) -> Any:
    """As `rehearsal.cloud.emulator.process`."""
    address = _fork_server().address
    arguments = [sys.executable, str(_EMULATOR), address, *command[2:]]
    return Forked(address, arguments, env=environment, cwd=ROOT, stderr=log, start_new_session=True)


def fork_emulators() -> None:
    """Every emulator of this process is forked from now on."""
    emulator.process = forked


@cache
def _fork_server() -> ForkServer:
    server = ForkServer(["aws_libraries"])
    atexit.register(server.stop)
    return server

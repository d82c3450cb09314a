"""The emulator of AWS as a process of a fork server, with functions that are such processes, too.

`forked_emulators.py` starts it as `python forked_emulator.py ADDRESS MODULE ARGUMENTS...`.
"""

import runpy
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

from forked import Forked
from ministack.core import lambda_runtime


def main(address: str, module: str) -> None:
    """Runs the emulator's module."""

    def function(command: list[str], **options: Any) -> Forked:
        return Forked(address, command, **options)

    lambda_runtime.subprocess = types.SimpleNamespace(**{**vars(subprocess), "Popen": function})
    del sys.argv[1:3]
    sys.path[0] = str(Path.cwd())
    runpy.run_module(module, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

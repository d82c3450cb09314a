"""`python -m rehearsal.engine`: the local stack through Pulumi's own engine, against the emulators."""

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

from rehearsal import stack_file
from rehearsal.world import World

from .deployment import Deployment
from .engine import Engine, EngineError
from .journey import Journey
from .steps import StepError

NO_ENGINE: Final = (
    "no `pulumi` on PATH: install Pulumi's CLI with its Python support (https://www.pulumi.com/docs/install/), "
    "then run this again; `make rehearse` needs none"
)
_JOB: Final = {"project": "acme/registry-access", "branch": "main"}
_STACK_FILE: Final = Path(__file__).parents[2] / "stacks" / "Pulumi.local.yaml"


def main(arguments: list[str] | None = None) -> int:
    """0 when every step went as it should, or without an engine; 1 when one did not."""
    argparse.ArgumentParser(prog="python -m rehearsal.engine", description=__doc__).parse_args(arguments)
    if not shutil.which("pulumi"):
        print(NO_ENGINE)
        return 0
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        _walk()
    except (StepError, EngineError, stack_file.StackFileError) as error:
        print(f"FAILED {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; everything is stopped and removed", file=sys.stderr)
        return 130
    return 0


def _walk() -> None:
    file = stack_file.read(_STACK_FILE)
    print(f"Starting AWS, GitLab and the registry on loopback, and Pulumi's engine with stack {file.stack}", flush=True)
    with World(file.declaration) as world, Engine(_STACK_FILE, world) as engine:
        world.push_images()
        _report(Journey(file, world, engine).walk())
    for job in (None, _JOB):
        rotation = file.declaration.get("rotation", {}) | ({"job": job} if job else {})
        declaration: Any = {**file.declaration, "rotation": rotation}
        with World(declaration) as world, Engine(_STACK_FILE, world) as engine:
            world.push_images()
            _report(Deployment(world, engine, job).walk())


def _report(lines: Iterator[str]) -> None:
    begin = time.monotonic()
    for line in lines:
        print(f"- {line} ({time.monotonic() - begin:.0f} s)", flush=True)
        begin = time.monotonic()


def _interrupted(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

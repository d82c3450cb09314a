"""Measures the processes that the tests start: `python measured.py FOLDER MODULE ARGUMENTS...` runs a module.

SlipCover follows the tests and what they fork, and no other process. The emulator of AWS, the rehearsal itself and the
plugin, whose folder stands in place of a module, are ours and run as processes. Where the tests are measured,
`measured_children` has them started by this file, which writes what it saw into a folder; `.ci/coverage_summary.py`
adds it up. To instrument a process takes up to a second, so only the tests of such a process do this, and the commands
that a rehearsal runs are left out.
"""

import atexit
import functools
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
import types
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Final
from unittest import mock

ROOT: Final = Path(__file__).parents[2]
CHILDREN: Final = ROOT / ".slipcover.children"
_OURS: Final = "rehearsal"
_PLUGIN: Final = str(ROOT / "plugin")


@contextmanager
def measured_children() -> Iterator[None]:
    """The processes of ours that this block starts are measured, if the tests are."""
    import forked_emulators  # noqa: PLC0415 - a process that is measured, which runs this file, forks nothing

    started_apart = mock.patch.object(forked_emulators.emulator, "process", forked_emulators.apart)
    with started_apart, _measuring(CHILDREN) if "SLIPCOVER_ENABLED" in os.environ else nullcontext():
        yield


@contextmanager
def _measuring(folder: Path) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    start = subprocess.Popen.__init__

    @functools.wraps(start)
    def started(self: Any, args: Any, *more: Any, **options: Any) -> None:
        start(self, _measured(args, folder), *more, **options)

    with mock.patch.object(subprocess.Popen, "__init__", started):
        yield


def _measured(command: Any, folder: Path) -> Any:
    match command:
        case [sys.executable, "-m", str(module), *more] if module.partition(".")[0] == _OURS:
            return [sys.executable, __file__, str(folder), module, *more]
        case [sys.executable, *options, str(script), argument] if script == _PLUGIN and __file__ not in options:
            return [sys.executable, *options, __file__, str(folder), script, argument]
        case _:
            return command


def _measure(folder: Path, module: str) -> None:
    import slipcover  # noqa: PLC0415 - the tests themselves need it only where they are measured

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]["run"]["source"]
    if module == _PLUGIN:
        declared = [_PLUGIN]  # other tests run the components
    sources = [str(path if path.is_dir() else path.with_suffix(".py")) for path in (ROOT / name for name in declared)]
    # SlipCover removes its probes from lines that ran often, but not safely while another thread imports a module.
    watch, files = slipcover.Slipcover(d_miss_threshold=sys.maxsize), slipcover.FileMatcher(sources=sources)
    kill = os.killpg

    def keep() -> None:
        seen = watch.get_coverage()["files"]
        lines = {str(Path(name).resolve()): file["executed_lines"] for name, file in seen.items()}
        (folder / f"{os.getpid()}-{time.monotonic_ns()}.json").write_text(json.dumps(lines))

    def keep_and_kill(group: int, number: int) -> None:
        keep()  # the emulator ends itself so, which nothing outlives
        kill(group, number)

    def keep_and_end(number: int, _: object) -> None:
        keep()
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)

    os.killpg = keep_and_kill
    signal.signal(signal.SIGTERM, keep_and_end)
    atexit.register(keep)
    with slipcover.ImportManager(watch, files):
        _run(module, watch)


def _run(module: str, watch: Any) -> None:
    """As `runpy` does, which takes the module's code past SlipCover."""
    if module == _PLUGIN:
        sys.path[0] = module
        spec: Any = importlib.util.spec_from_file_location("__main__", f"{module}/__main__.py")
    else:
        spec = importlib.util.find_spec(module)
    if spec.submodule_search_locations is not None:
        spec = importlib.util.find_spec(f"{module}.__main__")
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    main.__dict__.update(__spec__=spec, __package__=spec.parent, __file__=spec.origin)
    sys.argv[0] = spec.origin
    exec(watch.instrument(spec.loader.get_code(spec.name)), main.__dict__)  # noqa: S102 - a module of ours


def main(folder: Path, module: str) -> None:
    """Runs the module as `python -m` does."""
    sys.path[0] = str(Path.cwd())
    del sys.argv[1:3]
    with _measuring(folder):
        _measure(folder, module)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

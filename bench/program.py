"""The program of a large stack: compared with the same resources without components; its growth; its rehearsal."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any, Final

import yaml

from . import stacks
from .rows import Row

_ROOT: Final = Path(__file__).parents[1]
_SIZE: Final = 200
_LARGE: Final = 500
_RUNS: Final = 21  # their ratios differ by a tenth even on an idle machine
_LARGE_RUNS: Final = 11
_REHEARSALS: Final = 3
_REHEARSAL_SECONDS: Final = 30.0
_BARE: Final = "the other registers the same inputs and options with the providers' own classes"
_SMALL_ROW, _LARGE_ROW, _GROWTH_ROW, _REHEARSAL_ROW = (
    Row("program, no components, 200 x 200", "s", f"{_SIZE} repositories and consumers; {_BARE}", 1.1),
    Row("program, no components, 500 x 500", "s", f"{_LARGE} repositories and consumers; {_BARE}", 1.1),
    Row(
        "program, growth to 500 x 500", "s", f"the other is {_SIZE} x {_SIZE} times {_LARGE / _SIZE:g}, which is linear"
    ),
    Row("rehearsal, allowed", "s", f"`python -m rehearsal` of {_SIZE} x {_SIZE}, including Python's start", 1),
)
ROWS: Final = [_SMALL_ROW, _LARGE_ROW, _GROWTH_ROW, _REHEARSAL_ROW]


def measure() -> list[dict[str, Any]]:
    """The measured rows, one for each comparison. It prints nothing."""
    stacks.seconds_of(stacks.with_components(2))  # imports
    ours, bare, count = pulumi_program(_SIZE, _RUNS)
    large, large_bare, large_count = pulumi_program(_LARGE, _LARGE_RUNS)
    growth = _LARGE / _SIZE
    return [
        _SMALL_ROW.measured(ours, bare, f"{count} resources"),
        _LARGE_ROW.measured(large, large_bare, f"{large_count} resources"),
        _GROWTH_ROW.measured(
            large,
            median(ours) * growth,
            f"without components the ratio is {median(large_bare) / median(bare) / growth:.2f}",
        ),
        _REHEARSAL_ROW.measured([rehearsal(_SIZE) for _ in range(_REHEARSALS)], _REHEARSAL_SECONDS),
    ]


def pulumi_program(size: int, times: int) -> tuple[list[float], list[float], int]:
    """Seconds with components and seconds without, from so many runs of each in turn, and the number of resources."""
    ours = stacks.with_components(size)
    recorded = stacks.recorded(ours)
    bare = stacks.bare(recorded)
    runs = [(stacks.seconds_of(ours), stacks.seconds_of(bare)) for _ in range(times)]
    return [run[0] for run in runs], [run[1] for run in runs], sum(request.custom for request in recorded)


def rehearsal(size: int) -> float:
    """How many seconds `python -m rehearsal` takes, including the start of Python.

    Raises:
        RuntimeError: the rehearsal failed.
    """
    declared = stacks.declaration(size)
    declared["gitlab"] = {"url": declared["gitlab"]["url"], "requestsPerSecond": 1000}
    config = {f"gitlab-ecr:{key}": value for key, value in declared.items()}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        stack_file = Path(folder) / "Pulumi.bench.yaml"
        stack_file.write_text(yaml.safe_dump({"config": {"aws:region": "eu-central-1", **config}}))
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "rehearsal", "--stack-file", str(stack_file), "--report", str(report)]
        begin = time.perf_counter()
        run = subprocess.run([*command, "--quiet"], cwd=_ROOT, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - begin
        if run.returncode:
            raise RuntimeError(f"rehearsal of {size} x {size}: {run.stderr[-2000:]}")
        if not json.loads(report.read_text())["ok"]:
            raise RuntimeError(f"rehearsal of {size} x {size}: its report is not ok")
    return seconds

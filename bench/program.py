"""The program of a large stack: against the same resources without components, its growth, and its rehearsal."""

import gc
import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml

from . import stacks

_ROOT: Final = Path(__file__).parents[1]
_SIZE: Final = 200
_LARGE: Final = 500
_RUNS: Final = 3
_OVERHEAD: Final = 1.15
_LINEAR: Final = 1.25
_REHEARSAL_SECONDS: Final = 60.0


def measure() -> list[dict[str, Any]]:
    """A row for each comparison; prints nothing."""
    pulumi_program(2)  # imports
    ours, bare, count = pulumi_program(_SIZE)
    large, large_bare, _ = pulumi_program(_LARGE)
    growth = _LARGE / _SIZE
    return [
        _row(
            f"the same {count} resources without components",
            ours,
            bare,
            _OVERHEAD,
            f"program of {_SIZE} repositories and consumers",
        ),
        _row(
            f"{_SIZE} x {_SIZE} scaled by {growth:g}", large, ours * growth, _LINEAR, f"program of {_LARGE} x {_LARGE}"
        ),
        _row(
            "the same resources without components",
            large,
            large_bare,
            _OVERHEAD,
            f"program of {_LARGE} repositories and consumers",
        ),
        _row("the limit", rehearsal(_SIZE), _REHEARSAL_SECONDS, 1.0, f"rehearsal of {_SIZE} x {_SIZE}"),
    ]


def pulumi_program(size: int) -> tuple[float, float, int]:
    """Seconds with components, seconds without, and how many resources; the best of alternating runs."""
    with_components: list[float] = []
    without: list[float] = []
    recorded: stacks.Recorded = []
    for _ in range(_RUNS):
        gc.collect()
        seconds, recorded = stacks.seconds_of(partial(stacks.with_components, size))
        with_components.append(seconds)
        gc.collect()
        seconds, again = stacks.seconds_of(partial(stacks.bare, recorded))
        if sorted(type_ for type_, *_ in again) != sorted(type_ for type_, *_ in recorded):
            raise RuntimeError("the bare program registered other resources")
        without.append(seconds)
    return min(with_components), min(without), len(recorded)


def rehearsal(size: int) -> float:
    """Seconds of `python -m rehearsal`, the start of Python included.

    Raises:
        RuntimeError: it failed.
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


def _row(name: str, ours: float, other: float, limit: float, what: str) -> dict[str, Any]:
    ratio = ours / other
    goal = f"at most {limit:g}" if ratio <= limit else f"MISSED: more than {limit:g}"
    return {
        "name": name,
        "ours": round(ours, 3),
        "other": round(other, 3),
        "ratio": round(ratio, 3),
        "unit": "s",
        "what": f"{what}; {goal}",
    }

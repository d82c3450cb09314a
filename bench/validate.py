"""`make validate` for a realistic stack file, compared with its limit and with the imports that it cannot avoid."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from .rows import Row

_ROOT: Final = Path(__file__).parents[1]
_FILE: Final = _ROOT / "tests" / "data" / "stacks" / "company.yaml"
_MOST_SECONDS: Final = 1.5
_RUNS: Final = 9
_ALLOWED_ROW, _IMPORTS_ROW = (
    Row(
        "validate, allowed",
        "s",
        "`python -m validation` for a company's file, including Python's start",
        1,
    ),
    Row("validate, imports alone", "s", "the other is `import pulumi, pulumi_aws`, including Python's start"),
)
ROWS: Final = [_ALLOWED_ROW, _IMPORTS_ROW]


def measure() -> list[dict[str, Any]]:
    """The measured rows, one for each comparison. It prints nothing."""
    commands = ("-m", "validation", str(_FILE)), ("-c", "import pulumi, pulumi_aws")
    runs = [[_seconds(*arguments) for arguments in commands] for _ in range(_RUNS)]
    ours, imports = [run[0] for run in runs], [run[1] for run in runs]
    return [_ALLOWED_ROW.measured(ours, _MOST_SECONDS), _IMPORTS_ROW.measured(ours, imports)]


def _seconds(*arguments: str) -> float:
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *arguments], cwd=_ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{arguments}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return time.perf_counter() - begin

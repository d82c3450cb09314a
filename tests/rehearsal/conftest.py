"""One run of the command for all who look at what it shows."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """What a user of the command sees, and the report."""
    report = tmp_path_factory.mktemp("report") / "report.json"
    command = [sys.executable, "-m", "rehearsal", "--report", str(report)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return run.stdout, json.loads(report.read_text())

"""One run of the command for all who look at what it shows, and stack files like the local one."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
# What the program warns of, in the order in which an `up` comes to it.
_WARNINGS = ("gitlab.url: https://gitlab.example.com", "the rotator waits for its GitLab token")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """What a user of the command sees, and the report."""
    report = tmp_path_factory.mktemp("report") / "report.json"
    command = [sys.executable, "-m", "rehearsal", "--report", str(report), "--picture", str(report.with_suffix(".svg"))]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    found = json.loads(report.read_text())
    assert [words in message for words, message in zip(_WARNINGS, found["warnings"], strict=True)] == [True, True]
    assert all(f"warning: {warning}" in run.stdout for warning in found["warnings"])
    return run.stdout, {**found, "picture": report.with_suffix(".svg").read_text()}


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """Writes the local stack file with other values for some keys; None takes a key out."""

    def write(**values: Any) -> Path:
        document = yaml.safe_load((ROOT / "tests" / "data" / "examples" / "Pulumi.local.yaml").read_text())
        for key, value in values.items():
            document["config"][f"gitlab-ecr:{key}"] = value
        file = tmp_path / "Pulumi.changed.yaml"
        file.write_text(yaml.safe_dump({"config": {k: v for k, v in document["config"].items() if v is not None}}))
        return file

    return write

"""One run of the command for all tests of its output, and variants of the local stack file."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands_here import run_commands_here
from measured import measured_children
from rehearsed_once import Kept

ROOT = Path(__file__).parents[2]
run_commands_here()
# The program's warnings, in the order in which an `up` gives them.
_WARNINGS = ("gitlab.url: https://gitlab.example.com", "the rotator waits for its GitLab token")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """The one run of `python -m rehearsal --keep` that all tests look at. One of them ends it."""
    scratch = tmp_path_factory.mktemp("kept")
    report = scratch / "report.json"
    (scratch / "tmp").mkdir()
    arguments = ["--keep", "--report", str(report), "--picture", str(report.with_suffix(".svg"))]
    command = [sys.executable, "-m", "rehearsal", *arguments]
    environment = os.environ | {"TMPDIR": str(scratch / "tmp"), "PYTHONUNBUFFERED": "1"}
    with (scratch / "errors").open("w") as errors:
        with measured_children():
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        with process:
            try:
                assert process.stdout is not None
                shown: list[str] = []
                for line in process.stdout:
                    shown.append(line)
                    if line.startswith("  export PATH="):
                        break
                yield Kept(process, "".join(shown), scratch)
            finally:
                process.kill()


@pytest.fixture(scope="session")
def whole(kept: Kept) -> tuple[str, dict[str, Any]]:
    """What a user of the command sees, and the report."""
    assert kept.errors == ""
    assert "Everything stays up until Ctrl-C" in kept.shown, kept.shown
    report = kept.scratch / "report.json"
    found = json.loads(report.read_text())
    assert [words in said for words, said in zip(_WARNINGS, found["warnings"], strict=True)] == [True, True]
    assert all(f"warning: {warning}" in kept.shown for warning in found["warnings"])
    return kept.shown, {**found, "picture": report.with_suffix(".svg").read_text()}


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

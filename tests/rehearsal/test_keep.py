"""`--keep` leaves everything up until Ctrl-C, and Ctrl-C leaves nothing, whenever it comes."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rehearsed_once import Kept

ROOT = Path(__file__).parents[2]


@contextmanager
def rehearsing(scratch: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "rehearsal", "--report", str(scratch / "report.json")]
    temporary = scratch / "tmp"
    temporary.mkdir()
    environment = os.environ | {"TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line_with(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    return next(line for line in process.stdout if text in line)


def left_behind(scratch: Path) -> list[str]:
    """Processes and files of a run, after up to five seconds to go."""
    temporary, give_up = scratch / "tmp", time.monotonic() + 5
    found = ["not looked yet"]
    while found and time.monotonic() < give_up:
        found = [path.name for path in temporary.iterdir()]
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if f"TMPDIR={temporary}".encode() in (entry / "environ").read_bytes():
                    found.append(f"process {entry.name}")
            except OSError:
                continue
        time.sleep(0.02)
    return found


def sourced(file: Path, command: str, home: Path) -> subprocess.CompletedProcess[str]:
    """A command in a shell of somebody with an AWS account of their own, after the file was sourced."""
    own = {"PATH": os.defpath, "HOME": str(home), "AWS_PROFILE": "theirs", "AWS_SESSION_TOKEN": "theirs"}
    script = f". {file} && {command}"
    return subprocess.run(["/bin/sh", "-c", script], cwd=ROOT, env=own, capture_output=True, text=True, check=False)


def test_a_kept_rehearsal_is_used_by_sourcing_one_file_and_ends_with_ctrl_c(kept: Kept, tmp_path: Path) -> None:
    file = kept.scratch / "env"
    assert f"\n  . {file}\n" in kept.shown
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    status = sourced(file, "python -m components.cli status --json", tmp_path)
    assert (status.returncode, status.stderr) == (0, "")
    assert {row["health"] for row in json.loads(status.stdout)} == {"good"}
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/node:1.0"
    doctor = sourced(file, f"python -m components.cli doctor {image} --project acme/frontend/web", tmp_path)
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
    rotated = sourced(file, "python -m components.cli rotate", tmp_path)
    assert rotated.returncode == 0, rotated.stderr
    kept.process.send_signal(signal.SIGINT)
    assert kept.process.wait(timeout=20) == 0
    assert kept.errors == ""
    assert not file.exists()
    assert left_behind(kept.scratch) == []


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("Starting", signal.SIGINT),
        ("Starting", signal.SIGTERM),
        ("Running", signal.SIGTERM),
        ("Moving", signal.SIGINT),
    ],
)
def test_an_interruption_leaves_nothing_behind(tmp_path: Path, moment: str, end: signal.Signals) -> None:
    with rehearsing(tmp_path) as process:
        line_with(process, moment)
        process.send_signal(end)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 130
        assert "interrupted" in errors
        assert "Traceback" not in errors
    assert left_behind(tmp_path) == []

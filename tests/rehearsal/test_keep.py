"""`--keep` leaves everything up until Ctrl-C, and Ctrl-C leaves nothing, whenever it comes."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gitlab
import pytest

ROOT = Path(__file__).parents[2]


@contextmanager
def rehearsing(scratch: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "rehearsal", "--report", str(scratch / "report.json"), *arguments]
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


def test_what_is_kept_can_be_used_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    with rehearsing(tmp_path, "--keep") as process:
        endpoint = re.fullmatch(r"GitLab (http://127\.0\.0\.1:\d+) token (\S+)\n", line_with(process, "GitLab http:"))
        assert endpoint is not None
        with gitlab.Gitlab(endpoint[1], private_token=endpoint[2]) as client:
            variable = client.groups.get("acme/backend").variables.get("DOCKER_AUTH_CONFIG")
        assert variable.description.startswith(
            "gitlab-ecr: 123456789012.dkr.ecr.eu-central-1.amazonaws.com, valid until"
        )
        assert line_with(process, "AWS http:").startswith("AWS http://127.0.0.1:")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["Starting", "Running", "Moving"])
def test_an_interruption_leaves_nothing_behind(tmp_path: Path, end: signal.Signals, moment: str) -> None:
    with rehearsing(tmp_path) as process:
        line_with(process, moment)
        process.send_signal(end)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 130
        assert "interrupted" in errors
        assert "Traceback" not in errors
    assert left_behind(tmp_path) == []

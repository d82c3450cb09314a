"""A program in the background: it ends with its parent, its last lines can be read, and nothing is left over."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rehearsal import guarded
from rehearsal.guarded import Guarded

ROOT = Path(__file__).parents[2]


def ends(number: int, seconds: float = 5) -> bool:
    """Whether a process is gone within that time."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def number_in(file: Path) -> int:
    give_up = time.monotonic() + 5
    while not (file.exists() and file.read_text().strip()):
        assert time.monotonic() < give_up
        time.sleep(0.01)
    return int(file.read_text())


def test_stopping_ends_the_program_and_runs_the_cleanup(tmp_path: Path) -> None:
    number, after = tmp_path / "number", tmp_path / "after"
    script = f"echo first; echo last; echo $$ > {number}; exec sleep 100"
    started = Guarded(["/bin/sh", "-c", script], {"PATH": os.environ["PATH"]}, tmp_path / "log", f"touch {after}")
    process = number_in(number)
    assert started.last_words(1) == "last"
    assert not after.exists()
    started.stop()
    assert ends(process)
    assert after.exists()


def test_a_program_without_output_is_reported_as_silent(tmp_path: Path) -> None:
    started = Guarded(["/bin/true"], {"PATH": os.environ["PATH"]}, tmp_path / "log")
    started.stop()
    assert started.last_words() == "no output"


def test_a_killed_parent_leaves_neither_the_program_nor_its_folder(tmp_path: Path) -> None:
    number, folder = tmp_path / "number", tmp_path / "of-the-program"
    folder.mkdir()
    program = (
        "import sys, time; from pathlib import Path; from rehearsal.guarded import Guarded; "
        f"Guarded(['/bin/sh', '-c', 'echo $$ > {number}; exec sleep 100'], {{'PATH': '/bin:/usr/bin'}}, "
        f"Path('{tmp_path}/log'), 'rm -rf {folder}'); time.sleep(100)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as parent:
        process = number_in(number)
        parent.send_signal(signal.SIGKILL)
    assert ends(process)
    give_up = time.monotonic() + 5
    while folder.exists() and time.monotonic() < give_up:
        time.sleep(0.01)
    assert not folder.exists()


def test_a_program_that_ignores_the_signal_to_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "_STOP_LIMIT", 0.1)
    number = tmp_path / "number"
    script = f"trap '' TERM; echo $$ > {number}; while :; do sleep 0.05; done"
    program = Guarded(["/bin/sh", "-c", script], {"PATH": os.environ["PATH"]}, tmp_path / "log")
    process = number_in(number)
    program.stop()
    assert ends(process)

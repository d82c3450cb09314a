"""An emulator that does not start, answer or end: the message ends with its log, and nothing of it is left."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest
from aws_principals import ACCOUNT, REGION
from forked_emulators import apart

from rehearsal.cloud import emulator
from rehearsal.cloud.emulator import Emulator

Started = Callable[[str], Emulator]


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """Starts a shell in place of the emulator."""

    def made(script: str) -> Emulator:
        def shell(_: list[str], environment: dict[str, str], log: IO[bytes]) -> Any:
            return apart(["/bin/sh", "-c", script], environment, log)

        monkeypatch.setattr(emulator, "process", shell)
        return Emulator(ACCOUNT, REGION, tmp_path, {}, port=1)

    monkeypatch.setattr(emulator, "_START_LIMIT", 0.2)
    monkeypatch.setattr(emulator, "_STOP_LIMIT", 0.1)
    return made


def test_one_that_does_not_listen_in_time_is_reported_with_its_log_and_killed(started: Started) -> None:
    running = started("echo no room >&2; sleep 100 & wait")
    with pytest.raises(RuntimeError, match=r"^AWS emulator did not listen on port 1 within 0 s; .* no room$"):
        running.wait_ready()
    running.stop()
    assert running._process.poll() == -9
    assert running._answers.closed
    assert not _is_left(running.pid)


def _is_left(group: int) -> bool:
    """Whether a process of the group still runs."""
    for file in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            state, _, number, *_ = file.read_text().rpartition(")")[2].split()
            if int(number) == group and state != "Z":
                return True
    return False


def test_one_that_ends_while_it_starts_is_reported_with_its_log(started: Started) -> None:
    running = started("echo first >&2; echo no such option >&2; exit 1")
    running._process.wait()
    with pytest.raises(RuntimeError, match=r"^AWS emulator ended while starting; .* first \| no such option$"):
        running.wait_ready()
    running.stop()


def test_time_cannot_be_moved_in_one_that_is_gone(started: Started, tmp_path: Path) -> None:
    running = started("exit 0")
    running._process.wait()
    with pytest.raises(RuntimeError, match=r"^AWS emulator is gone"):
        running.move(60)
    running.stop()
    (tmp_path / "emulator.log").unlink()
    with pytest.raises(RuntimeError, match=r"^AWS emulator is gone; its log ends with: \(no log\)$"):
        running.move(60)

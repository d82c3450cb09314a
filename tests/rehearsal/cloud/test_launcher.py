"""The emulator ends with its parent, whatever it is doing at that moment."""

import contextlib
import io
import os
import signal
from pathlib import Path

import pytest
from aws_principals import ACCOUNT, REGION

from rehearsal.cloud.emulator import Emulator
from rehearsal.cloud.launcher import SteppingClock, obey
from rehearsal.cloud.ports import free_port


class _Moved(SteppingClock):
    """A clock without a scheduler."""

    def move(self, seconds: float) -> None:
        pass


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    ended = list[tuple[int, int]]()
    monkeypatch.setattr(os, "killpg", lambda group, number: ended.append((group, number)))
    return ended


def test_a_parent_that_goes_away_ends_everything(ended: list[tuple[int, int]]) -> None:
    answers = io.StringIO()
    obey(_Moved(), lambda _: None, io.StringIO("move 5\nmove 6\n"), answers)
    assert answers.getvalue() == "moved\nmoved\n"
    assert ended == [(0, signal.SIGKILL)]


def test_a_parent_that_goes_away_before_its_answer_ends_everything(ended: list[tuple[int, int]]) -> None:
    nobody, pipe = os.pipe()
    os.close(nobody)
    with contextlib.suppress(BrokenPipeError), os.fdopen(pipe, "w") as answers:
        obey(_Moved(), lambda _: None, io.StringIO("move 5\n"), answers)
    assert ended == [(0, signal.SIGKILL)]


def test_an_order_that_fails_ends_everything_and_is_logged(
    ended: list[tuple[int, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValueError, match="soon"):
        obey(_Moved(), lambda _: None, io.StringIO("move soon\n"), io.StringIO())
    assert "ValueError" in capsys.readouterr().err
    assert ended == [(0, signal.SIGKILL)]


def test_an_emulator_that_is_stopped_while_it_moves_ends_by_itself(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    running = Emulator(ACCOUNT, REGION, scratch, {}, free_port()).wait_ready()
    running._answers.close()
    running._orders.write("move 1\n")
    running._orders.flush()
    running.stop()
    assert running._process.returncode == 0
    assert not scratch.exists()

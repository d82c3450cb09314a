"""A token is typed without an echo, or comes from a pipe without a warning about terminals."""

import io
import subprocess
import sys

import pytest

from components.cli import token


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_token_from_a_pipe_is_read_and_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("glpat-fake-0000\n"))
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: pytest.fail("it asked"))
    assert token._asked_for().reveal() == "glpat-fake-0000"
    assert capsys.readouterr() == ("", "")


def test_a_person_at_a_terminal_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("not this\n"))
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: "glpat-fake-0000")
    assert token._asked_for().reveal() == "glpat-fake-0000"


def test_a_process_in_a_pipe_warns_of_nothing() -> None:
    program = "from components.cli import token; print(len(token._asked_for().reveal()))"
    done = subprocess.run(
        [sys.executable, "-c", program], input="glpat-fake-0000\n", capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "15\n", "")

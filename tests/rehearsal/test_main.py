"""How `make rehearse` ends where it does not succeed: a message, a report and an exit code, and nothing left over."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal import __main__ as program
from rehearsal.findings import Findings
from rehearsal.wrong import RehearsalError

STACK_FILE = Path(__file__).parents[1] / "data" / "examples" / "Pulumi.local.yaml"
Ended = Callable[[Callable[[], None]], tuple[int, dict[str, Any], str]]
HANDLERS: dict[int, Any] = {}


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ended:
    """Runs the program, with an action in place of all that it rehearses."""
    stopped: list[bool] = []

    class Stopped:
        """In place of the rehearsal."""

        findings = Findings()

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            stopped.append(True)

    monkeypatch.setattr(signal, "signal", HANDLERS.__setitem__)
    monkeypatch.setattr(program, "Rehearsal", lambda *_: Stopped())

    def run(action: Callable[[], None]) -> tuple[int, dict[str, Any], str]:
        monkeypatch.setattr(program, "_rehearse", lambda *_: action())
        report = tmp_path / "reports" / "report.json"
        code = program.main(["--stack-file", str(STACK_FILE), "--report", str(report), "--quiet"])
        assert stopped == [True]
        out, err = capsys.readouterr()
        return code, json.loads(report.read_text()), " ".join((out + err).split())

    return run


def test_what_is_not_as_declared_is_in_the_message_and_in_the_report(ended: Ended) -> None:
    def fail() -> None:
        raise RehearsalError("project acme/web: its token has expired")

    code, report, words = ended(fail)
    assert (code, report["error"]) == (1, "project acme/web: its token has expired")
    assert words == "rehearsal failed: project acme/web: its token has expired"


@pytest.mark.parametrize("how", ["Ctrl-C", "SIGTERM"])
def test_an_interruption_says_that_everything_is_removed(ended: Ended, how: str) -> None:
    def interrupt() -> None:
        if how == "SIGTERM":
            HANDLERS[signal.SIGTERM](signal.SIGTERM, None)
        raise KeyboardInterrupt

    code, report, words = ended(interrupt)
    assert (code, report["error"]) == (130, "interrupted; everything is stopped and removed")
    assert words == "rehearsal failed: interrupted; everything is stopped and removed"

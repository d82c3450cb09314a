"""Job logs as GitLab shows them: lines of the runner, of the container runtime, of `docker push`.

A file's name is what it is about; the lines are the runner's own words around made-up names.
"""

import io
from pathlib import Path

import pytest

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode

LOGS = Path(__file__).parents[1] / "data" / "job-logs"
FAILING = sorted(file for file in LOGS.glob("*.log") if file.stem != "worked")


@pytest.mark.parametrize("file", FAILING, ids=lambda file: file.stem)
def test_a_pasted_log_names_its_cause(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(file.read_text()))
    assert main(["doctor", "--job-log", "-"]) == ExitCode.FOUND
    said = capsys.readouterr().out
    assert said.startswith(f"{file.stem}: ")
    assert ". Fix: " in said
    assert said.count("\n") == 1


def test_there_are_logs() -> None:
    assert len(FAILING) >= 18


def test_a_job_that_worked_names_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--job-log", str(LOGS / "worked.log"), "--json"]) == ExitCode.OK
    assert '"finding": null' in capsys.readouterr().out


def test_a_push_denied_to_its_own_role_is_not_shadowed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "job.log"
    file.write_text((LOGS / "login-shadowed.log").read_text().replace("-pull-web-g1", "-push-web"))
    assert main(["doctor", "--job-log", str(file)]) == ExitCode.FOUND
    assert capsys.readouterr().out.startswith("iam-policy: ")

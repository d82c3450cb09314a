import atexit
import gc
import subprocess
import sys

import click
import pytest
from rich.console import Console

from components.cli import __main__ as cli
from components.cli import output
from components.cli.errors import CliError
from components.cli.exit_codes import ExitCode


def _with(monkeypatch: pytest.MonkeyPatch, raised: BaseException | None, answer: ExitCode | None = None) -> int:
    @click.command()
    def command() -> ExitCode | None:
        if raised:
            raise raised
        return answer

    monkeypatch.setattr(cli.commands, "get_command", lambda *_: command)
    return cli.main(["some"])


def test_every_command_loads_and_has_help() -> None:
    context = click.Context(cli.commands)
    for name in cli.commands.list_commands(context):
        command = cli.commands.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str()


def test_no_command_looks_for_garbage_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_end: list[object] = []
    monkeypatch.setattr(atexit, "register", at_the_end.append)
    assert _with(monkeypatch, None) == ExitCode.OK
    assert at_the_end == [gc.freeze]


def test_help_documents_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == ExitCode.OK
    words = capsys.readouterr().out
    for code in ExitCode:
        assert f"{code.value}  {code.meaning}" in words


@pytest.mark.parametrize("answer", [None, ExitCode.OK, ExitCode.FOUND])
def test_a_commands_exit_code_is_returned(answer: ExitCode | None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _with(monkeypatch, None, answer) == (answer or ExitCode.OK)


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_shows_no_traceback(
    raised: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _with(monkeypatch, raised) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err.strip() == "gitlab-ecr: stopped"


def test_an_error_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _with(monkeypatch, CliError("file: got\n  nothing; write something")) == ExitCode.FAILED
    assert capsys.readouterr().err == "gitlab-ecr: file: got nothing; write something\n"


def test_an_unknown_command_is_a_wrong_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctr"]) == ExitCode.USAGE
    assert "No such command 'doctr'" in capsys.readouterr().err


def test_python_m_runs_it_without_loading_pulumi_or_boto3() -> None:
    code = (
        "import runpy, sys; sys.argv[1:] = ['plan-note', '--json', 'tests/data/preview/2-no-change.json']\n"
        "try: runpy.run_module('components.cli', run_name='__main__')\n"
        "except SystemExit as end: assert end.code == 0, end.code\n"
        "assert not {'pulumi', 'boto3'} & sys.modules.keys()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Nothing changes" in done.stdout


_COLUMNS, _ROWS = {"who": "Who", "until": "Valid until"}, [{"who": "acme/[b]x[/b]", "until": 3, "more": True}]


def test_rows_are_json_with_every_key_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    output.show(_COLUMNS, _ROWS, as_json=True)
    assert '"more": true' in capsys.readouterr().out


def test_rows_are_tab_separated_for_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    output.show(_COLUMNS, _ROWS, as_json=False)
    assert capsys.readouterr().out == "acme/[b]x[/b]\t3\n"


def test_rows_are_a_table_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr(output, "Console", lambda **options: Console(width=60, force_terminal=False, **options))
    output.show(_COLUMNS, _ROWS, as_json=False)
    words = capsys.readouterr().out
    assert "Valid until" in words
    assert "acme/[b]x[/b]" in words

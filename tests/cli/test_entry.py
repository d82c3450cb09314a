"""The installed command: it runs the command line, or names the missing package."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest

from components.cli import entry
from components.cli.exit_codes import ExitCode

ROOT: Final = Path(__file__).parents[2]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRA: Final = [re.split(r"[<>=\[]", requirement)[0] for requirement in PROJECT["optional-dependencies"]["cli"]]


def _run(missing: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in an environment that lacks one package."""
    program = f"""
import sys
sys.modules[{missing!r}] = None
sys.argv = ["gitlab-ecr", *{arguments!r}]
from components.cli.entry import main
sys.exit(main())
"""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_entry_point_is_what_the_wheel_installs() -> None:
    assert PROJECT["scripts"] == {"gitlab-ecr": "gitlab_ecr.cli.entry:main"}


def test_the_entry_point_runs_the_command_line() -> None:
    done = _run("a_package_that_nobody_needs", "--version")
    assert (done.returncode, done.stdout) == (0, f"gitlab-ecr {PROJECT['version']}\n")


@pytest.mark.parametrize("package", EXTRA)
def test_without_a_package_of_the_extra_it_says_what_to_install(package: str) -> None:
    done = _run(package, "--help")
    assert (done.returncode, done.stdout) == (3, "")
    install = 'install what the command needs: pip install "pulumi-gitlab-ecr[cli]"'
    assert done.stderr == f"gitlab-ecr: {package} is missing; {install}\n"


def test_another_missing_module_shows_its_traceback() -> None:
    done = _run("difflib", "--help")
    assert done.returncode == 1
    assert "ModuleNotFoundError: import of difflib halted" in done.stderr


def test_an_error_of_an_import_of_our_own_is_not_mistaken_for_a_missing_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lacks(name: str) -> None:
        def run() -> int:
            raise ModuleNotFoundError(name=name)

        monkeypatch.setattr("components.cli.__main__.main", run)

    lacks("click.termui")
    assert entry.main() == ExitCode.FAILED
    assert "gitlab-ecr: click is missing; install" in capsys.readouterr().err
    lacks("components.cli.rotate")
    with pytest.raises(ModuleNotFoundError):
        entry.main()
    monkeypatch.setattr("components.cli.__main__.main", lambda: ExitCode.FOUND)
    assert entry.main() == ExitCode.FOUND

"""The config.toml of a runner, as `--runner-config` gives it."""

from pathlib import Path

import pytest

from components.cli.__main__ import main
from components.cli.doctor.runner_machine import environment_variables
from components.cli.exit_codes import ExitCode

_ONE = "does not have exactly one [[runners]]; give a file with only the runner that takes the job"


def test_the_variables_of_the_one_runner_are_read() -> None:
    found = environment_variables('[[runners]]\nname = "a"\nenvironment = ["A=1=2", "B", "C=", "A=3"]\n')
    assert [(held.listed.name, held.value) for held in found] == [("runner A", "3"), ("runner C", "")]
    assert environment_variables('[[runners]]\nenvironment = "A=1"\n') == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("concurrent = 4\n", _ONE),
        ("[[runners]]\n[[runners]]\n", _ONE),
        ("[runners]\n", _ONE),
        ("runners = [1]\n", _ONE),
        ('{"auths":{}}', "is not TOML: Invalid statement (at line 1, column 1); give the runner's config.toml"),
    ],
)
def test_a_file_of_another_form_is_refused_with_what_to_give(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    assert main(["doctor", "ruby:3.4", "--project", "a/b", "--runner-config", str(file)]) == ExitCode.FAILED
    assert f"gitlab-ecr: --runner-config: {words}" in capsys.readouterr().err

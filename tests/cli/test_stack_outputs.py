"""`--stack`: the stack's name leads to the plan, and messages name what is missing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from components.cli.__main__ import main
from components.cli.errors import CliError
from components.cli.exit_codes import ExitCode
from components.cli.stack_outputs import Rotator, rotator_of_stack
from rehearsal.world import World

Outputs = Callable[..., None]


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outputs:
    """A pulumi on PATH that prints these outputs of any stack."""

    def write(text: str, code: int = 0) -> None:
        program = tmp_path / "pulumi"
        program.write_text(
            '#!/bin/sh\n[ "$1 $2" != \'stack export\' ] || { echo \'{"deployment": {"resources": []}}\'; exit 0; }\n'
            f"[ \"$1 $2 $3\" = 'stack output --json' ] || exit 9\ncat <<'E'\n{text}\nE\nexit {code}\n"
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return write


def test_the_function_and_its_region_are_found(outputs: Outputs) -> None:
    outputs(json.dumps({"rotator": "gitlab-ecr-prod-rotator", "declaration": {"region": "eu-west-1"}}))
    assert rotator_of_stack("prod") == Rotator("gitlab-ecr-prod-rotator", None, "eu-west-1")


def test_the_bucket_of_a_rotator_in_gitlab_is_found(outputs: Outputs) -> None:
    outputs(json.dumps({"rotator": "gitlab-ecr-prod-rotator-123456789012"}))
    assert rotator_of_stack("prod") == Rotator(None, "gitlab-ecr-prod-rotator-123456789012", None)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("{}", 0, "--stack prod: has no output `rotator`"),
        ("[]", 0, "--stack prod: has no output `rotator`"),
        ("no stack", 0, "printed no JSON"),
        ("", 255, "`pulumi stack output` ended with 255"),
    ],
)
def test_another_programs_stack_is_reported(outputs: Outputs, text: str, code: int, words: str) -> None:
    outputs(text, code)
    with pytest.raises(CliError, match=words):
        rotator_of_stack("prod")


def test_without_pulumi_the_other_options_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CliError, match="no pulumi on PATH; write --function NAME or --bucket NAME"):
        rotator_of_stack("prod")


@pytest.mark.parametrize("command", [["status"], ["check"]])
def test_a_command_needs_nothing_but_the_stacks_name(at_home: World, outputs: Outputs, command: list[str]) -> None:
    outputs(json.dumps({"rotator": "gitlab-ecr-local-rotator", "declaration": {"region": at_home.region}}))
    assert main([*command, "--stack", "local"]) in (ExitCode.OK, ExitCode.FOUND)


def test_a_stack_and_a_function_together_are_refused(outputs: Outputs, capsys: pytest.CaptureFixture[str]) -> None:
    outputs("{}")
    assert main(["status", "--stack", "local", "--function", "x"]) == ExitCode.USAGE
    assert "more than one of --stack, --plan" in " ".join(capsys.readouterr().err.split())

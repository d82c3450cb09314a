"""What `--json` prints has the keys that a command's help names, and nothing else comes with it."""

import io
import json
import re
from typing import Any

import click
import pytest
from doctor_lab import Lab

from components.cli.__main__ import commands, main
from components.cli.exit_codes import ExitCode
from components.rotation.clock import SystemClock
from components.variables.description import describe
from reference.command_line import every
from rehearsal.world import World

_WEB = "acme/frontend/web"
_FUNCTION = ("--function", "gitlab-ecr-local-rotator")
_COMMANDS = {
    context.command_path.removeprefix("gitlab-ecr "): command
    for command, context in every(commands, click.Context(commands, info_name="gitlab-ecr"))
}


def _named(command: str) -> set[str]:
    _, _, shape = (_COMMANDS[command].epilog or "").partition("With --json")
    return set(re.findall(r"^ +(\w+) ", shape, re.MULTILINE))


def _printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = main([*arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_every_command_prints_json_and_names_its_keys() -> None:
    # plan-note reads JSON and writes Markdown.
    for name, command in _COMMANDS.items():
        flags = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in flags, name
        assert bool(_named(name)) is (name != "plan-note"), name


@pytest.mark.parametrize("command", ["status", "check", "rotate"])
def test_status_check_and_rotate_print_the_keys_of_their_help(
    at_home: World, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    _, printed = _printed(capsys, command, *_FUNCTION)
    assert printed
    for each in printed if isinstance(printed, list) else [printed]:
        assert each.keys() == _named(command)


def test_doctor_prints_the_keys_of_its_help(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = _printed(capsys, "doctor", lab.image, "--project", lab.project)
    assert code == ExitCode.FOUND
    assert printed.keys() == _named("doctor")


def test_forget_prints_the_keys_of_its_help(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    host, ours = at_home.registry_host, describe([at_home.registry_host], SystemClock().now(), "x")
    document = json.dumps({"auths": {host: {"auth": "QVdTOmZha2U="}}})
    at_home.gitlab.set_variable("project", _WEB, "OLD", document, description=ours)
    code, printed = _printed(capsys, "forget", "project", _WEB, "--key", "OLD", *_FUNCTION)
    assert (code, printed) == (ExitCode.OK, {"target": f"project {_WEB} OLD", "removed": [host]})
    assert printed.keys() == _named("forget")


def test_token_set_prints_the_keys_of_its_help(
    at_home: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(at_home.rotator_token))
    code, printed = _printed(capsys, "token", "set", *_FUNCTION)
    assert (code, printed["secret"]) == (ExitCode.OK, "gitlab-ecr-local/gitlab-token")
    assert {each["status"] for each in printed["rotated"]} <= {"published", "kept"}
    assert printed.keys() == _named("token set")


@pytest.mark.usefixtures("allowed_again")
def test_revoke_prints_the_keys_of_its_help(at_home: World, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = _printed(capsys, "revoke", _WEB, *_FUNCTION, "--now", "--yes")
    assert code == ExitCode.OK
    assert printed.keys() == _named("revoke")
    assert [(each["registry_host"], each["refused"]) for each in printed["tried"]] == [(at_home.registry_host, True)]


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == ExitCode.OK
    assert re.fullmatch(r"gitlab-ecr \d+\.\d+\.\d+\n", capsys.readouterr().out)

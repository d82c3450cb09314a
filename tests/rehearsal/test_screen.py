"""What a person sees: names unchanged, complete lines, and a mark on what is made up."""

import pytest

from components.variables.shadow_finder import Finding
from rehearsal.findings import Findings
from rehearsal.screen import Screen
from rehearsal.variables import ShownVariable

WORDS = "acme/[bold]x[/bold]:secret:"
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


def test_names_and_messages_are_never_markup_or_emoji(capsys: pytest.CaptureFixture[str]) -> None:
    show = Screen(quiet=False)
    show.step(WORDS)
    show.variables(
        Findings(
            variables=[ShownVariable(f"project {WORDS} KEY", f"file {WORDS}", [WORDS], "")],
            shadows=[Finding(WORDS, "is hidden", f"delete {WORDS}")],
        )
    )
    show.failure(WORDS)
    words = capsys.readouterr()
    assert words.out.count(WORDS) == 6
    assert f"rehearsal failed: {WORDS}" in words.err


def test_the_stacks_registry_is_shown_once_and_made_up_ones_are_marked(capsys: pytest.CaptureFixture[str]) -> None:
    held = [
        ShownVariable("group acme DOCKER_AUTH_CONFIG", "file, masked, raw", [HOST, "r.io"], ""),
        ShownVariable("project acme/old DOCKER_AUTH_CONFIG", "env_var", ["r.io"], "", made_up=True),
    ]
    Screen(quiet=False).variables(Findings(variables=held, registry_host=HOST))
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == f"Variables now; the stack's registry is {HOST}"
    assert lines[2] == "group acme DOCKER_AUTH_CONFIG file, masked, raw: the stack's registry, r.io"
    assert lines[3] == "project acme/old DOCKER_AUTH_CONFIG (made up) env_var: r.io"


def test_a_stack_without_variables_shows_no_empty_table(capsys: pytest.CaptureFixture[str]) -> None:
    Screen(quiet=False).variables(Findings())
    assert capsys.readouterr().out == ""


def test_quiet_prints_only_failures(capsys: pytest.CaptureFixture[str]) -> None:
    show = Screen(quiet=True)
    show.step("something")
    show.failure("wrong")
    words = capsys.readouterr()
    assert (words.out, words.err) == ("", "rehearsal failed: wrong\n")

"""A stack file that cannot be rehearsed is refused with the reason, before anything starts where that can be known."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rehearsal.__main__ import main

WEB = "acme/frontend/web"


def test_a_stack_whose_interval_can_never_work_is_refused_with_the_arithmetic(
    tmp_path: Path, changed: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    stack_file = changed(rotation={"interval": "13 hours"})
    report = tmp_path / "report.json"
    assert main(["--stack-file", str(stack_file), "--report", str(report)]) == 2
    assert "interval: with 13 hours and an outage of 7 hours" in capsys.readouterr().err
    assert json.loads(report.read_text())["ok"] is False


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"repositories": {"ci/node": {"mutableTag": ["x"]}}}, "did you mean mutableTags?"),
        ({"repositories": None}, "gitlab-ecr:repositories: missing"),
        ({"consumers": {WEB: {"pull": "ci/node"}}}, "pull: got 'ci/node'; write a list, such as [ci/node]"),
    ],
)
def test_an_invalid_stack_file_is_refused_before_anything_starts(
    tmp_path: Path,
    changed: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, Any],
    message: str,
) -> None:
    assert main(["--stack-file", str(changed(**changes)), "--report", str(tmp_path / "r.json")]) == 2
    output = capsys.readouterr()
    assert message in output.err
    assert "Traceback" not in output.err
    assert output.out == ""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        ("config: [", "not YAML"),
        ("name: x", "has no `config:`"),
        ("config:\n  gitlab-ecr:account: {secure: abc}\n", "gitlab-ecr:account is encrypted"),
    ],
)
def test_a_file_that_is_not_a_stack_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, message: str
) -> None:
    file = tmp_path / "Pulumi.x.yaml"
    if content is not None:
        file.write_text(content)
    assert main(["--stack-file", str(file), "--report", str(tmp_path / "r.json")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert str(file) in error.replace("\n", "")


def test_a_consumer_without_a_repository_gets_a_list_of_those_that_exist(
    tmp_path: Path, changed: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    stack_file = changed(consumers={WEB: {"pull": ["ci/nod"]}})
    assert main(["--stack-file", str(stack_file), "--report", str(tmp_path / "r.json"), "--quiet"]) == 2
    assert f"consumers.{WEB}.pull[0]: 'ci/nod' is not a repository of this stack" in capsys.readouterr().err

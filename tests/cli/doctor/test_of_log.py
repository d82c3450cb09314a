"""Job logs as people paste them: the index holds the right answer for each, and where its message was seen."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode

LOGS = Path(__file__).parents[2] / "data" / "job-logs"
INDEX: dict[str, dict[str, Any]] = tomllib.loads((LOGS / "index.toml").read_text())
CLIENTS = (
    "docker",
    "k8s",
    "containerd",
    "podman",
    "buildkit",
    "kaniko",
    "skopeo",
    "crane",
    "buildah",
    "helper",
    "oidc",
)


@pytest.mark.parametrize("name", INDEX)
def test_a_pasted_log_gets_the_right_answer(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    right = INDEX[name]["right"]
    code = main(["doctor", "--job-log", str(LOGS / f"{name}.log")])
    words = capsys.readouterr().out
    if right == "succeeded":
        assert (code, words) == (ExitCode.OK, "the job succeeded\n")
    elif right.startswith("none: "):
        assert words.startswith(f"no known cause: {right.removeprefix('none: ')} failed")
        assert code == ExitCode.UNKNOWN
    else:
        assert words.startswith(f"{right}: ")
        assert ". Fix: " in words
        assert code == ExitCode.FOUND
    assert INDEX[name].get("says", "") in words
    assert words.count("\n") == 1


def test_every_log_is_indexed_and_has_a_source_of_its_message() -> None:
    assert {file.stem for file in LOGS.glob("*.log")} == set(INDEX)
    assert all(entry["source"] for entry in INDEX.values())
    assert len({entry["source"] for entry in INDEX.values()}) >= 60
    assert all(any(name.startswith(client) for name in INDEX) for client in CLIENTS)


def test_a_denied_right_to_get_a_token_is_not_blamed_on_a_consumers_pull(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--job-log", str(LOGS / "token-denied-explicitly.log")])
    words = capsys.readouterr().out
    assert "consumer's pull" not in words
    assert "not a repository" in words


def test_the_output_lists_what_the_log_rules_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--job-log", str(LOGS / "script-npm-401.log")]) == ExitCode.UNKNOWN
    assert capsys.readouterr().out == (
        "no known cause: the script failed, in `npm ci` (exit code 1); ruled out: the image "
        "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/node:1.0 was pulled\n"
    )


def test_for_programs_an_undecided_log_is_not_ok(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--job-log", str(LOGS / "script-npm-401.log"), "--json"]) == ExitCode.UNKNOWN
    words = json.loads(capsys.readouterr().out)
    assert (words["ok"], words["finding"]) == (False, None)
    assert words["failed"] == "the script failed, in `npm ci` (exit code 1)"


def test_the_json_holds_the_line_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--job-log", str(LOGS / "disk-full.log"), "--json"]) == ExitCode.FOUND
    assert json.loads(capsys.readouterr().out)["finding"]["log_line"] == 3


def test_a_push_denied_to_its_own_role_is_not_shadowed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "job.log"
    file.write_text((LOGS / "login-shadowed.log").read_text().replace("-pull-web-g1", "-push-web"))
    assert main(["doctor", "--job-log", str(file)]) == ExitCode.FOUND
    words = capsys.readouterr().out
    assert words.startswith("iam-policy: ")
    assert "to the consumer's push" in words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no known cause: no line of the log says how the job ended"),
        ("Running with gitlab-runner 19.4.0\n$ make\n", "no known cause: no line of the log says how the job ended"),
    ],
)
def test_a_log_that_breaks_off_is_undecided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    file = tmp_path / "job.log"
    file.write_text(text)
    assert main(["doctor", "--job-log", str(file)]) == ExitCode.UNKNOWN
    assert capsys.readouterr().out.startswith(words)

"""A token that a person or a job gives, in whatever form: no command shows it, and none ends in a traceback."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from bad_server import WAYS, Way, serving, whole
from leaks import FORMS, assert_clean
from plans import plan_of, target

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode
from components.contract import plan

_TOKEN = "Qx7Lm2Vd9Tz4Hw5Rb8Nc3"
_PREVIEW = str(Path(__file__).parents[1] / "data" / "preview" / "1-create.json")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A GitLab that refuses, and repeats what it was sent."""

    def answer(_method: str, _path: str, headers: dict[str, str], _body: bytes) -> Way:
        return whole(json.dumps({"message": headers}), status="403 Forbidden")

    with serving(answer) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def plan_file(url: str, tmp_path: Path) -> str:
    file = tmp_path / "plan.json"
    file.write_text(plan.dumps(plan_of(target("acme/web"), url=url, allow_http=True)))
    return str(file)


@pytest.fixture
def commands(url: str, plan_file: str, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    for name, value in {
        "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "fake", "AWS_SECRET_ACCESS_KEY": "fake",
        "AWS_ENDPOINT_URL": url, "NO_PROXY": "127.0.0.1", "CI_API_V4_URL": f"{url}/api/v4", "CI_PROJECT_ID": "7",
        "CI_MERGE_REQUEST_IID": "5",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/app:1"
    return [
        ["doctor", image, "--project", "acme/web", "--gitlab-url", url],
        ["status", "--plan", plan_file],
        ["check", "--plan", plan_file],
        ["revoke", "--plan", plan_file, "--consumer", "acme/web"],
        ["plan-note", "--json", _PREVIEW, "--post"],
        ["token", "set", "--plan", plan_file],
    ]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_command_shows_the_token(
    form: str, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = form.format(_TOKEN)
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    if "\0" not in given and "\ud800" not in given:  # what no environment can hold
        monkeypatch.setenv("GITLAB_TOKEN", given)
        monkeypatch.setenv("GITLAB_ECR_NOTE_TOKEN", given)
    turn = list(FORMS.values()).index(form) % 5
    for command in (commands[turn], commands[-1]):
        assert main(command) != ExitCode.OK
        words = capsys.readouterr()
        assert_clean(words.out + words.err, _TOKEN)
        assert "Traceback" not in words.err
        assert "an error in gitlab-ecr itself" not in words.err


@pytest.mark.parametrize("way", WAYS)
def test_a_gitlab_that_misbehaves_is_one_error_and_no_traceback(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITLAB_TOKEN", _TOKEN)
    monkeypatch.setattr("components.rotation.http._REQUEST_SECONDS", 0.3)
    monkeypatch.setattr("components.rotation.http._ATTEMPTS", 1)
    with serving(lambda *_: WAYS[way]) as port:
        file = tmp_path / "plan.json"
        file.write_text(plan.dumps(plan_of(target("acme/web"), url=f"http://127.0.0.1:{port}", allow_http=True)))
        assert main(["check", "--plan", str(file)]) != ExitCode.OK
    words = capsys.readouterr()
    assert_clean(words.out + words.err, _TOKEN)
    assert "an error in gitlab-ecr itself" not in words.err

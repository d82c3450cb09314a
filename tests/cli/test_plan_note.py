"""`gitlab-ecr plan-note` against the GitLab emulator; python-gitlab sees what a person would see."""

from collections.abc import Iterator
from pathlib import Path

import gitlab
import pytest
from previews import preview_json, stack

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode
from rehearsal.gitlab.emulator import GitLab

_DATA = Path(__file__).parents[1] / "data" / "preview"
_CREATE, _NO_CHANGE = str(_DATA / "1-create.json"), str(_DATA / "2-no-change.json")
_REPORTER = 20


@pytest.fixture
def server() -> Iterator[GitLab]:
    with GitLab.start() as made:
        made.create_project("acme/infra", id=7)
        made.create_merge_request("acme/infra", 5)
        yield made


@pytest.fixture
def job(server: GitLab, monkeypatch: pytest.MonkeyPatch) -> str:
    """Sets the variables of a merge request pipeline's job; returns the note's token."""
    token = server.create_token("note", ["api"], project="acme/infra", access_level=_REPORTER)
    monkeypatch.setenv("CI_API_V4_URL", f"{server.url}/api/v4")
    monkeypatch.setenv("CI_PROJECT_ID", "7")
    monkeypatch.setenv("CI_MERGE_REQUEST_IID", "5")
    monkeypatch.setenv("GITLAB_ECR_NOTE_TOKEN", token)
    monkeypatch.delenv("CI_SERVER_TLS_CA_FILE", raising=False)
    return token


def _notes(server: GitLab, token: str) -> list[str]:
    with gitlab.Gitlab(server.url, private_token=token) as client:
        merge_request = client.projects.get(7).mergerequests.get(5)
        return [note.body for note in merge_request.notes.list(sort="asc", get_all=True)]


def _write(server: GitLab, token: str, *bodies: str) -> None:
    with gitlab.Gitlab(server.url, private_token=token) as client:
        merge_request = client.projects.get(7).mergerequests.get(5)
        for body in bodies:
            merge_request.notes.create({"body": body})


def test_without_post_the_note_is_printed_and_nothing_is_asked_of_gitlab(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan-note", "--json", _CREATE]) == ExitCode.OK
    assert capsys.readouterr().out == Path(_CREATE).with_suffix(".md").read_text()


def test_the_first_run_writes_a_note_and_the_next_one_changes_it(
    server: GitLab, job: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan-note", "--json", _CREATE, "--post"]) == ExitCode.OK
    assert capsys.readouterr().out.startswith("wrote note ")
    assert main(["plan-note", "--json", _NO_CHANGE, "--post"]) == ExitCode.OK
    assert capsys.readouterr().out.startswith("updated note ")
    (body,) = _notes(server, job)
    assert body.strip() == Path(_NO_CHANGE).with_suffix(".md").read_text().strip()


def test_our_own_note_is_found_on_any_page(server: GitLab, job: str) -> None:
    _write(server, job, *(f"talk {number}" for number in range(130)))
    assert main(["plan-note", "--json", _CREATE, "--post"]) == ExitCode.OK
    _write(server, job, *(f"more {number}" for number in range(130)))
    assert main(["plan-note", "--json", _NO_CHANGE, "--post"]) == ExitCode.OK
    notes = _notes(server, job)
    assert len(notes) == 261
    assert "Nothing changes" in notes[130]


def test_the_note_of_another_stack_stays(server: GitLab, job: str, tmp_path: Path) -> None:
    other = tmp_path / "preview.json"
    other.write_text(preview_json(stack()))
    assert main(["plan-note", "--json", _NO_CHANGE, "--post"]) == ExitCode.OK
    assert main(["plan-note", "--json", str(other), "--post"]) == ExitCode.OK
    assert [body.splitlines()[1] for body in _notes(server, job)] == [
        "### Access preview of `prev`",
        "### Access preview of `prod`",
    ]


def test_somebody_elses_note_with_the_same_marker_is_left_alone(server: GitLab, job: str) -> None:
    stranger = server.create_token("stranger", ["api"], user="mallory", project="acme/infra", access_level=30)
    forged = Path(_NO_CHANGE).with_suffix(".md").read_text().splitlines()[0] + "\nall is well"
    _write(server, stranger, forged)
    assert main(["plan-note", "--json", _CREATE, "--post"]) == ExitCode.OK
    notes = _notes(server, job)
    assert len(notes) == 2
    assert notes[0] == forged


@pytest.mark.parametrize("name", ["CI_API_V4_URL", "CI_PROJECT_ID", "CI_MERGE_REQUEST_IID", "GITLAB_ECR_NOTE_TOKEN"])
def test_a_missing_variable_is_named(
    name: str, job: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(name)
    assert main(["plan-note", "--json", _CREATE, "--post"]) == ExitCode.FAILED
    words = capsys.readouterr().err
    assert words.startswith(f"gitlab-ecr: {name}: not set; ")
    assert len(words.splitlines()) == 1


@pytest.mark.usefixtures("job")
@pytest.mark.parametrize(
    ("scopes", "advice"), [(["read_api"], "needs the scope api and the role Reporter"), (None, "must not have expired")]
)
def test_a_token_without_the_right_gets_a_message_about_what_it_needs(
    scopes: list[str] | None,
    advice: str,
    server: GitLab,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    token = "glpat-fake-0000"
    if scopes:
        token = server.create_token("weak", scopes, project="acme/infra", access_level=_REPORTER)
    monkeypatch.setenv("GITLAB_ECR_NOTE_TOKEN", token)
    assert main(["plan-note", "--json", _CREATE, "--post"]) == ExitCode.FAILED
    words = capsys.readouterr()
    assert advice in words.err
    assert token not in words.out + words.err


def test_a_merge_request_that_is_not_there_is_named(
    server: GitLab, job: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI_MERGE_REQUEST_IID", "6")
    assert main(["plan-note", "--json", _CREATE, "--post"]) == ExitCode.FAILED
    assert "404 to GET for !6; the merge request is not there" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "got no preview in JSON; pass the output of `pulumi preview --json`"),
        (b"[" * 100_000, "got no preview in JSON (more than 64 lists and maps inside each other)"),
        (b'{"changeSummary": {"create": "many"}}', "(changeSummary.create: got a text in place of a whole number)"),
        (b"\xff\xfe{", "can't decode byte 0xff"),
    ],
)
def test_text_that_is_not_a_preview_gives_one_line_of_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, found: str
) -> None:
    (tmp_path / "odd.json").write_bytes(content)
    assert main(["plan-note", "--json", str(tmp_path / "odd.json")]) == ExitCode.FAILED
    words = capsys.readouterr().err
    assert found in words
    assert len(words.splitlines()) == 1

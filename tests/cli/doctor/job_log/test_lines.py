"""Any bytes are read, in linear time, and nothing of them reaches a terminal as it came."""

import time
from pathlib import Path

import pytest

from components.cli.__main__ import main
from components.cli.doctor.job_log.lines import marked_lines
from components.cli.doctor.job_log.verdict import read
from components.cli.errors import CliError
from components.cli.exit_codes import ExitCode
from components.cli.output import show
from components.cli.plain_text import plain

LOG = (Path(__file__).parents[3] / "data" / "job-logs" / "variable-absent.log").read_text()
END = (
    '\nERROR: Job failed: failed to pull image "ruby:3.4" with specified policies [always]: no basic auth credentials\n'
)
MIB = 1 << 20


@pytest.mark.parametrize(
    "data",
    [
        LOG.encode(),
        LOG.replace("Pulling", "Préparation\nPulling").encode("latin-1"),
        LOG.encode("utf-16"),
        b"\xfe\xff" + LOG.encode("utf-16-be"),
        LOG.encode("utf-16-le"),
        b"\xef\xbb\xbf" + LOG.encode(),
        LOG.replace("\n", "\r\n").encode(),
        LOG.replace("\n", "\r").encode(),
        LOG.replace("\n", "\0\n\0").encode(),
        LOG.encode()[60:],
        b"\x80\x81\xff" * 50 + b"\n" + LOG.encode(),
        LOG.replace("\n", "\n2026-05-22 12:43:46,962 ").encode(),
        LOG.replace("\n", "\n[2026-05-22T12:43:46.962Z] ").encode(),
        LOG.replace("\n", "\n2026-05-22T12:43:46.962646Z 01E ").encode(),
    ],
    ids=range(14),
)
def test_every_encoding_is_read(data: bytes) -> None:
    finding = read(data).finding
    assert finding is not None
    assert finding.cause.value == "variable-absent"
    assert "ci/node:1.0" in finding.what


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\xff\xfe", b"\x1b[", b"\n" * 1000, bytes(range(256)) * 50, b"\xd8\x00" * 99]
)
def test_a_file_that_is_not_a_log_gives_no_traceback(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "job.log"
    file.write_bytes(data)
    assert main(["doctor", "--job-log", str(file)]) == ExitCode.UNKNOWN


@pytest.mark.parametrize(
    "unit",
    [
        b"x",
        b"\r 12% of layer",
        b"no such host i/o timeout denied ",
        b'failed to pull image "',
        b"User: a is not authorized to perform: ",
        b"ERROR: denied\n",
        b"$ echo\n",
        b'pulling image "\\\\\\\\',
        b"error storing credentials - err: , out: `",
        b"\x1b]0;denied",
    ],
)
def test_the_time_grows_with_the_size_and_not_faster(unit: bytes) -> None:
    def seconds(size: int) -> float:
        data = unit * (size // len(unit)) + END.encode()
        begin = time.process_time()
        finding = read(data).finding
        spent = time.process_time() - begin
        assert finding is not None
        assert finding.cause.value in ("no-registry-host", "variable-absent")
        return spent

    def grows_with_the_size() -> bool:
        return seconds(MIB // 2) < 10 * max(seconds(MIB // 8), 0.05)

    seconds(1000)
    assert grows_with_the_size() or grows_with_the_size()  # another process on the machine must not count


@pytest.mark.slow(reason="a log of fifty megabytes is what is promised")
def test_fifty_megabytes_are_read_within_seconds() -> None:
    data = b"#9 12.3 [download] error 403, retry: name of a file and some more words\n" * 730_000 + END.encode()
    assert len(data) > 50 * MIB
    begin = time.process_time()
    assert read(data).finding is not None
    assert time.process_time() - begin < 15  # about two here; a line of 40,000 characters once took thirty


def test_a_cause_in_the_middle_of_a_very_long_line_is_seen() -> None:
    line = "x" * 100_000 + " toomanyrequests: You have reached your pull rate limit. " + "y" * 100_000
    finding = read(f"$ docker pull ruby\n{line}\nERROR: Job failed: exit code 1\n".encode()).finding
    assert finding is not None
    assert finding.cause.value == "rate-limit"


def test_lines_keep_their_numbers() -> None:
    assert [line.number for line in marked_lines(b"a\nb denied\n\rc\rdenied\nz\ndenied", ["denied"])] == [2, 3, 5]


def test_a_line_that_a_runner_cut_into_pieces_is_read_as_one() -> None:
    text = b"2026-05-22T12:43:46.962646Z 00O pull access de\n2026-05-22T12:43:46.962650Z 00O+nied\n"
    assert [line.text for line in marked_lines(text, ["denied"])] == ["pull access denied"]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\x1b[31;1mred\x1b[0;m", "red"),
        ("\x1b]0;title\x07rest", "rest"),
        ("\x1b]8;;https://evil.example\x1b\\link", "link"),
        ("user\u202egnp.exe", "usergnp.exe"),
        ("a\u2066b\u2069c\u200b", "abc"),
        ("a\x9b31mb", "a31mb"),
        ("bell\x07 back\x08", "bell back"),
        ("Ümläut\nzwei", "Ümläut\nzwei"),
    ],
)
def test_nothing_moves_the_terminal_or_turns_text_around(text: str, clean: str) -> None:
    assert plain(text) == clean


def test_what_a_log_names_is_printed_clean_and_without_credentials(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "job.log"
    file.write_text(
        "$ docker login \x1b]0;owned\x07-p glpat-fakefakefake1234 \u202ehost\nERROR: Job failed: exit code 1\n"
    )
    main(["doctor", "--job-log", str(file)])
    words = capsys.readouterr()
    assert (
        words.out == "no known cause: the script failed, in `docker login -p [hidden] host` (exit code 1); ruled out: "
        "the job's containers ran, so the images of the job and its services were pulled\n"
    )


def test_what_gitlab_answers_is_printed_clean(capsys: pytest.CaptureFixture[str]) -> None:
    show({"target": "Variable"}, [{"target": "project \x1b]0;owned\x07acme/\u202eweb"}], as_json=False)
    assert capsys.readouterr().out == "project acme/web\n"
    CliError("project \x1b[2Jacme").show()
    assert capsys.readouterr().err == "gitlab-ecr: project acme\n"

"""A plan decides where tokens are sent, so it is read only from its own account, and only up to a limit."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bad_server import Way, serving, whole
from plans import plan_of, target

from components.cli.__main__ import main
from components.cli.exit_codes import ExitCode
from components.contract import plan

_BUCKET = "gitlab-ecr-rotator-123456789012"
_TOKEN = "glpat-fake-0000-Qx7Lm2Vd9Tz4"


def _zip(text: bytes, name: str = "gitlab_ecr/plan.json") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(name, text)
    return file.getvalue()


def _two() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for folder in ("another", "gitlab_ecr"):
            archive.writestr(f"{folder}/plan.json", plan.dumps(plan_of(target("acme/web"))))
    return file.getvalue()


_ACCOUNT = "123456789012"
_OTHER = "999999999999"
_CALLER = (
    f"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{_ACCOUNT}:user/me</Arn><UserId>A</UserId>"
    f"<Account>{_ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class Seen:
    """What was asked of S3 and Lambda, and of the GitLab that the plan names."""

    def __init__(self) -> None:
        self.s3: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.gitlab: list[str] = []


@contextmanager
def _s3(monkeypatch: pytest.MonkeyPatch, seen: Seen, way: Callable[[dict[str, str]], Way]) -> Iterator[None]:
    def answer(_method: str, path: str, headers: dict[str, str], body: bytes) -> Way:
        if b"GetCallerIdentity" in body:
            return whole(_CALLER)
        seen.paths.append(path)
        seen.s3.append(headers)
        return way(headers)

    with serving(answer) as port:
        for name, value in {
            "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "fake", "AWS_SECRET_ACCESS_KEY": "fake",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "NO_PROXY": "127.0.0.1", "GITLAB_TOKEN": _TOKEN,
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        yield


def _of_somebody_else(headers: dict[str, str]) -> Callable[[str], Way]:
    """As S3 does: 403 when the owner is not the expected one."""
    refused = whole("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", status="403 Forbidden")
    return lambda url: (
        refused
        if "x-amz-expected-bucket-owner" in headers
        else whole(_zip(plan.dumps(plan_of(target("acme/web"), url=url, allow_http=True)).encode()))
    )


@pytest.mark.parametrize("command", [["status"], ["check"], ["rotate"], ["forget", "project", "acme/web"]])
def test_a_bucket_of_another_account_is_not_believed_and_gets_no_token(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = Seen()

    def gitlab(_method: str, path: str, headers: dict[str, str], _body: bytes) -> Way:
        seen.gitlab.append(f"{path} {headers}")
        return whole("{}")

    with (
        serving(gitlab) as port,
        _s3(monkeypatch, seen, lambda headers: _of_somebody_else(headers)(f"http://127.0.0.1:{port}")),
    ):
        assert main([*command, "--bucket", _BUCKET]) == ExitCode.FAILED
    assert seen.gitlab == []
    assert {headers["x-amz-expected-bucket-owner"] for headers in seen.s3} == {"123456789012"}
    assert f"--bucket {_BUCKET}, owned by the account 123456789012: AccessDenied" in capsys.readouterr().err


_COMMANDS = [
    ["status"], ["check"], ["rotate"], ["token", "set"], ["forget", "project", "acme/web"],
    ["revoke", "acme/web", "--now", "--yes"],
    ["doctor", "123456789012.dkr.ecr.eu-central-1.amazonaws.com/ci/node:1", "--project", "acme/web"],
]  # fmt: skip
_OF_ANOTHER = [
    ("--function", f"arn:aws:lambda:eu-central-1:{_OTHER}:function:gitlab-ecr-rotator"),
    ("--function", f"arn:aws:lambda:us-east-1:{_OTHER}:function:gitlab-ecr-rotator:7"),
    ("--function", f"arn:aws-cn:lambda:cn-north-1:{_OTHER}:function:gitlab-ecr-rotator:$LATEST"),
    ("--function", f"{_OTHER}:function:gitlab-ecr-rotator"),
    ("--bucket", f"gitlab-ecr-rotator-{_OTHER}"),
]


@pytest.mark.parametrize("named", _OF_ANOTHER, ids=" ".join)
@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
def test_a_rotator_of_another_account_is_not_even_asked(
    command: list[str],
    named: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen = Seen()
    with _s3(monkeypatch, seen, lambda _: whole("{}")):
        assert main([*command, *named]) == ExitCode.FAILED
    assert seen.paths == []
    words = " ".join(capsys.readouterr().err.split())
    assert f"{' '.join(named)}: belongs to the account {_OTHER}, but the AWS credentials belong to {_ACCOUNT}" in words


def test_the_environment_and_the_stacks_outputs_are_believed_no_more_than_what_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen, named = Seen(), _OF_ANOTHER[0][1]
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(f'#!/bin/sh\necho \'{{"rotator": "{named}"}}\'\n')
    pulumi.chmod(0o755)
    with _s3(monkeypatch, seen, lambda _: whole("{}")):
        monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
        assert main(["check", "--stack", "prod"]) == ExitCode.FAILED
        monkeypatch.setenv("GITLAB_ECR_ROTATOR", named)
        assert main(["check"]) == ExitCode.FAILED
    assert seen.paths == []
    assert capsys.readouterr().err.count(f"belongs to the account {_OTHER}") == 2


@pytest.mark.parametrize("named", ["", f"arn:aws:lambda:eu-central-1:{_ACCOUNT}:function:", f"{_ACCOUNT}:function:"])
def test_a_function_of_the_own_account_is_asked(named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = Seen()
    with _s3(monkeypatch, seen, lambda _: whole("{}")):
        assert main(["check", "--function", f"{named}gitlab-ecr-rotator"]) == ExitCode.FAILED
    assert [path.rpartition("gitlab-ecr-")[2] for path in seen.paths] == ["rotator"]


@pytest.mark.parametrize("name", ["../../x", "a b", "arn:aws:s3:::x", f"arn:aws:lambda:x:{_OTHER}:layer:x", "a:b:c"])
def test_an_invalid_function_name_is_not_looked_up(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = Seen()
    with _s3(monkeypatch, seen, lambda _: whole("{}")):
        assert main(["status", "--function", name]) == ExitCode.FAILED
    assert seen.paths == []
    assert (
        f"--function {name}: is not the name of a function; write the stack's output rotator" in capsys.readouterr().err
    )


@pytest.mark.parametrize("name", ["rotator", "rotator-12345678901", "123456789012", "rotator-123456789012x"])
def test_a_bucket_whose_name_shows_no_owner_is_not_read(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = Seen()
    with _s3(monkeypatch, seen, lambda _: whole("")):
        assert main(["check", "--bucket", name]) == ExitCode.FAILED
    assert seen.s3 == []
    assert "does not end with an account's 12 digits" in capsys.readouterr().err


_CODES: dict[str, Callable[[], bytes]] = {  # made when they are sent: some are large
    "no zip": lambda: b"<html>",
    "empty": lambda: b"",
    "without a plan": lambda: _zip(b"{}", "other.json"),
    "two plans, of which the function reads another": _two,
    "a plan in a folder of that name": lambda: _zip(b"", "gitlab_ecr/plan.json/"),
    "a plan of brackets": lambda: _zip(b"[" * 1_000_000),
    "a plan of spaces without end": lambda: _zip(b" " * (80 << 20)),
    "a plan that is no UTF-8": lambda: _zip(b"\xff\xfe"),
    "a cut zip": lambda: _zip(plan.dumps(plan_of(target("acme/web"))).encode())[:-40],
    "a plan of another version": lambda: _zip(b'{"version": 99}'),
    "a plan with another URL": lambda: _zip(
        plan.dumps(plan_of()).replace("https://gitlab", "https://u:fake-pw@gitlab").encode()
    ),
}


@pytest.mark.parametrize("code", _CODES.values(), ids=_CODES)
def test_code_that_is_not_a_zip_gives_one_line(
    code: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with _s3(monkeypatch, Seen(), lambda _: whole(code())):
        assert main(["check", "--bucket", _BUCKET]) == ExitCode.FAILED
    words = capsys.readouterr().err
    assert words.startswith(f"gitlab-ecr: --bucket {_BUCKET}: ")
    assert len(words.splitlines()) == 1
    assert "fake-pw" not in words


def test_a_plan_that_is_not_utf_8_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(b"\xff\xfe{}")
    assert main(["check", "--plan", str(file)]) == ExitCode.FAILED
    assert capsys.readouterr().err == f"gitlab-ecr: --plan {file}: is not UTF-8; give the plan.json of a stack\n"

"""The Lambda's entry: what events it takes, and that its zip needs nothing but the runtime's own packages."""

import io
import json
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from plans import plan_of, target

from components.contract import plan
from components.contract.firing import FiredBy
from components.rotation import __main__ as job
from components.rotation import handler
from components.rotation.aws import AwsError
from components.rotation.handler import handle
from components.rotation.report import Report
from components.rotation.results import Status, TargetResult
from components.rotator import code_zip as rotator_zip
from rehearsal.gitlab.emulator import GitLab

_ONLY_THE_RUNTIME = """
import json, sys

RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3", "gitlab_ecr"}

class OnlyTheRuntime:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        # What boto3 and urllib3 try and do without.
        if top in RUNTIME or top in sys.stdlib_module_names or top.startswith("_"):
            return None
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, OnlyTheRuntime())
sys.path.insert(0, sys.argv[1])
from gitlab_ecr.rotation import handler, __main__
from gitlab_ecr.rotation.renewal import handler as renewal_handler
assert not {"pulumi", "click", "rich"} & set(sys.modules)

class Context:
    aws_request_id = "request-1"
    def get_remaining_time_in_millis(self):
        return 60_000

print("answer", json.dumps(handler.handle({"fired_by": "manual"}, Context())))
"""


class _Context:
    aws_request_id = "request-1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"fired_by": "somebody"},
        {"fired_by": None},
        {"fired_by": ["schedule"]},
        {"fired_by": "schedule", "url": "https://elsewhere.example.com"},
        {"fired_by": "schedule", "roleArn": "arn:aws:iam::123456789012:role/admin"},
        {"Records": []},
        {1: 2, "fired_by": "schedule"},
        [],
        ["fired_by"],
        None,
        "schedule",
        7,
    ],
)
def test_an_event_may_only_say_who_fired_it(event: Any) -> None:
    with pytest.raises(ValueError, match="event: write") as caught:
        handle(event, _Context())
    assert "elsewhere" not in str(caught.value)


@pytest.mark.parametrize("who", FiredBy)
@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.FAILED])
def test_a_failure_is_raised_unless_a_person_reads_the_report(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, who: FiredBy, status: Status
) -> None:
    (tmp_path / "plan.json").write_text(plan.dumps(plan_of(target("acme/web"))))
    monkeypatch.setattr(handler, "_PLAN", tmp_path / "plan.json")

    def ran(wanted: plan.Plan, seconds: float, *, fired_by: FiredBy, run_id: str) -> Report:
        assert (seconds, run_id) == (60, "request-1")
        results = [TargetResult(wanted.targets[0], status, "said no", None)]
        return Report("test", fired_by, datetime(2026, 11, 22, tzinfo=UTC), 1.0, [], results)

    monkeypatch.setattr(handler, "run", ran)
    if status is Status.FAILED and who is not FiredBy.MANUAL:
        with pytest.raises(handler.RotationFailedError, match=r"project acme/web DOCKER_AUTH_CONFIG: .*said no"):
            handle({"fired_by": who.value}, _Context())
        return
    answer = handle({"fired_by": who.value}, _Context())
    assert bool(answer["failures"]) is (status is Status.FAILED)
    assert ("report" in answer) is (who is FiredBy.MANUAL)


class _AwsHandler(BaseHTTPRequestHandler):
    """Secrets Manager and SSM, as much as a rotation without audiences asks of them."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if "secretsmanager" in self.headers["X-Amz-Target"]:
            status, document = 200, {"SecretString": self.server.gitlab_token}  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] - set below
        else:
            status, document = 400, {"__type": "ParameterNotFound"}
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Quiet."""


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with GitLab.start() as started:
        yield started


@pytest.fixture
def aws_url(gitlab: GitLab) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _AwsHandler)
    server.gitlab_token = gitlab.create_token("rotator", ["api"], user="root", expires_at="2099-12-31")  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue] - read above
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_zip_only_needs_the_runtimes_own_packages(tmp_path: Path, gitlab: GitLab, aws_url: str) -> None:
    empty = replace(plan_of(url=gitlab.url, allow_http=True), audiences={})
    archive = tmp_path / "rotator.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path, source in rotator_zip.code_files().items():
            file.write(source, path)
        for path, text in rotator_zip.texts(plan.dumps(empty)).items():
            file.writestr(path, text)
    folder = tmp_path / "task"
    zipfile.ZipFile(archive).extractall(folder)
    environment = {
        "AWS_ENDPOINT_URL": aws_url,
        "AWS_ACCESS_KEY_ID": "fake",
        "AWS_SECRET_ACCESS_KEY": "fake",
        "NO_PROXY": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, "-W", "error::SyntaxWarning", "-c", _ONLY_THE_RUNTIME, str(folder)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report, metrics, answer = done.stdout.splitlines()
    assert json.loads(report)["gitlab_ecr_report"]["ok"]
    assert json.loads(metrics)["RotationSuccess"] == 1
    assert json.loads(metrics)["GitLabTokenDaysRemaining"] > 0
    assert json.loads(answer.removeprefix("answer "))["ok"]


def test_the_zip_holds_the_code_the_plan_and_no_part_of_pulumi() -> None:
    paths = {*rotator_zip.code_files(), *rotator_zip.texts("{}")}
    assert "gitlab_ecr/rotation/handler.py" in paths
    assert "gitlab_ecr/plan.json" in paths
    assert "gitlab_ecr/__init__.py" in paths
    assert all(path.startswith("gitlab_ecr/") for path in paths)
    assert not [path for path in paths if "rotator.py" in path or "__pycache__" in path]
    for file in rotator_zip.code_files().values():
        assert not re.search(r"^\s*(import|from) +pulumi", file.read_text(), re.MULTILINE), file


def test_equal_contents_have_equal_digests_and_others_do_not() -> None:
    one, other = plan.dumps(plan_of(target("acme/web"))), plan.dumps(plan_of(target("acme/other")))
    assert rotator_zip.digest(one) == rotator_zip.digest(one)
    assert rotator_zip.digest(one) != rotator_zip.digest(other)


def test_as_a_job_an_unreadable_plan_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "plan.json"
    wrong.write_text("{}")
    assert job.main(["--plan", str(wrong)]) == 2
    assert job.main(["--plan", str(tmp_path / "absent.json")]) == 2
    words = capsys.readouterr().err
    assert "plan: 'version' is missing" in words
    assert "No such file" in words


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A plan in a file."""
    file = tmp_path / "plan.json"
    file.write_text(plan.dumps(plan_of(target("acme/web"))))
    return file


@pytest.mark.parametrize(("failures", "code"), [([], 0), (["audience backend: refused"], 1)])
def test_as_a_job_the_exit_code_shows_whether_everything_was_rotated(
    failures: list[str], code: int, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: dict[str, Any] = {}
    report = SimpleNamespace(failures=failures, notes=["a note"])
    monkeypatch.setattr(job, "run", lambda wanted, _, **options: asked.update(options, stack=wanted.stack) or report)
    assert job.main(["--plan", str(file), "--fired-by", "schedule"]) == code
    assert (asked["stack"], asked["fired_by"]) == ("test", "schedule")
    assert capsys.readouterr().err.splitlines() == [*failures, "a note"]


@pytest.mark.parametrize(("refused", "code"), [("", 0), ("AccessDenied", 1)])
def test_a_job_fails_if_its_metrics_cannot_be_sent(
    refused: str, code: int, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put: list[object] = []

    def send(report: object, _client: object) -> None:
        put.append(report)
        if refused:
            raise AwsError(refused, "no")

    report = SimpleNamespace(failures=[], notes=[])
    monkeypatch.setattr(job, "run", lambda *_, **__: report)
    monkeypatch.setattr(job.metrics, "put", send)
    assert job.main(["--plan", str(file)]) == 0
    assert put == []
    assert job.main(["--plan", str(file), "--put-metrics"]) == code
    assert put == [report]
    words = capsys.readouterr().err
    assert words == ("metrics: AccessDenied: no; the alarms do not see this run\n" if refused else "")


@pytest.mark.parametrize(("failed", "code"), [([], 0), (["GitLab answered 401"], 1)])
def test_a_job_can_renew_the_token_with_the_same_zip(
    failed: list[str], code: int, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    def run(wanted: plan.Plan, _: float, *, run_id: str) -> str:
        if failed:
            raise job.RenewalFailedError(failed[0])
        return f"{wanted.stack} {run_id}"

    monkeypatch.setattr(job, "run_renewal", run)
    assert job.main(["renew", "--plan", str(file)]) == code
    assert capsys.readouterr().err.splitlines() == failed


def test_the_zip_is_identical_each_time_and_holds_the_files_of_lambdas() -> None:
    text = plan.dumps(plan_of(target("acme/web")))
    made = rotator_zip.zipped(text)
    assert made == rotator_zip.zipped(text)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        held = {path: archive.read(path) for path in archive.namelist()}
    assert held == {path: file.read_bytes() for path, file in rotator_zip.code_files().items()} | {
        path: content.encode() for path, content in rotator_zip.texts(text).items()
    }

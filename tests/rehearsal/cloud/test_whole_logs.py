"""The log of a Lambda's run in the emulator holds every line of the run, however slowly they are read."""

import io
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.core import lambda_runtime

from rehearsal.cloud import whole_logs

# ministack leaves the pipes of a function that ended to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

_ARN = "arn:aws:lambda:eu-central-1:123456789012:function:slow"
_CODE = """
import sys

def handle(event, context):
    for line in range(event["lines"]):
        print("line", line)
    sys.stderr.write(event["rest"])
    if event["wrong"]:
        raise ValueError("wrong on purpose")
"""


class _SlowReader(lambda_runtime.Worker):
    def _read_stderr(self) -> None:
        for line in self._proc.stderr:
            time.sleep(0.02)  # longer than ministack waits between two lines
            self._stderr_queue.put(line.rstrip("\n"))


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(lambda_runtime, "_PYTHON_WORKER_SCRIPT", lambda_runtime._PYTHON_WORKER_SCRIPT)
    monkeypatch.setattr(lambda_runtime.Worker, "_drain_stderr_bounded", lambda_runtime.Worker._drain_stderr_bounded)
    whole_logs.keep_whole_logs()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("logs_slowly.py", _CODE)
    config = {
        "FunctionName": "slow",
        "Handler": "logs_slowly.handle",
        "Runtime": "python3.13",
        "Timeout": 30,
        "FunctionArn": _ARN,
    }
    worker = _SlowReader("slow", config, packed.getvalue())
    yield worker
    worker.kill()


@pytest.mark.parametrize("wrong", [False, True])
def test_every_line_is_in_the_log_of_its_own_run(function: Any, wrong: bool) -> None:
    for lines in (3, 0, 2):
        answer = function.invoke({"lines": lines, "rest": "", "wrong": wrong}, "request")
        assert answer["log"].splitlines() == [f"line {line}" for line in range(lines)]
        assert answer["status"] == ("error" if wrong else "ok")


def test_a_last_line_without_a_line_break_is_kept(function: Any) -> None:
    answer = function.invoke({"lines": 1, "rest": "no end", "wrong": False}, "request")
    assert answer["log"].splitlines() == ["line 0", "no end"]


def test_another_version_of_ministack_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_runtime, "_PYTHON_WORKER_SCRIPT", "another")
    with pytest.raises(RuntimeError, match=r"adapt rehearsal/cloud/whole_logs\.py"):
        whole_logs.keep_whole_logs()

"""The CPU time from the start of a process to its first request."""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from components.contract import plan

from .rows import Row

_ROOT: Final = Path(__file__).parents[1]
_RUNS: Final = 25
_PATIENCE: Final = 60.0
_THEIRS: Final = """
import boto3
from botocore.config import Config
once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=1)
boto3.client("ssm", config=once).get_parameter(Name="bench")
"""
_OURS: Final = """
import sys
from pathlib import Path
from components.contract import plan
from components.contract.firing import FiredBy
from components.rotation.handler import run
run(plan.loads(Path(sys.argv[1]).read_text()), 15, fired_by=FiredBy.MANUAL, run_id="bench")
"""
_PLAN: Final = plan.Plan(
    version=plan.VERSION,
    stack="bench",
    region="eu-central-1",
    state="/bench",
    gitlab=plan.GitLab("https://gitlab.example.com", False, None, "bench", plan.TokenRenewal.OWN, None, 16, 30),
    audiences={},
    targets=(),
    secrets=(),
    key_users=(),
)
ROWS: Final = [
    Row(
        "cold start, boto3 alone",
        "s",
        "CPU time from the process's start to its first request, with compiled code on both sides; the other imports "
        "boto3 and creates the one client that sends it",
        1.15,
    )
]


def measure() -> list[dict[str, Any]]:
    """The measured row. It prints nothing."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "plan.json"
        file.write_text(plan.dumps(_PLAN))
        commands = [sys.executable, "-c", _OURS, str(file)], [sys.executable, "-c", _THEIRS]
        # The first run compiles the code.
        runs = [[_first_request(command) for command in commands] for _ in range(1 + _RUNS)][1:]
    return [ROWS[0].measured([ours for ours, _ in runs], [theirs for _, theirs in runs])]


def _first_request(command: list[str]) -> float:
    """The CPU seconds until a process has sent its first request to AWS, which a local socket replaces."""
    with socket.create_server(("127.0.0.1", 0)) as aws:
        aws.settimeout(_PATIENCE)
        environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{aws.getsockname()[1]}",
            "AWS_ACCESS_KEY_ID": "fake",
            "AWS_SECRET_ACCESS_KEY": "fake",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "NO_PROXY": "127.0.0.1",
        }
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, cwd=_ROOT, env=environment, stderr=quiet, stdout=quiet) as process:
            try:
                connection, _ = aws.accept()
                with connection:
                    connection.settimeout(_PATIENCE)
                    connection.recv(1)  # from here on it waits for an answer, and takes no more time
                    process.kill()
                    _, status, used = os.wait4(process.pid, 0)
                    process.returncode = os.waitstatus_to_exitcode(status)
            finally:
                process.kill()
    return used.ru_utime + used.ru_stime

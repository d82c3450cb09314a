"""A rotation of many targets: shell and curl, a python-gitlab loop, this rotator, and the floor."""

import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from .gitlab_server import KEY, GitLabServer

_ROOT: Final = Path(__file__).parents[1]
_TARGETS: Final = 1_000
_CONCURRENCY: Final = 16
_LATENCY: Final = 0.020
_SHELL_SAMPLE: Final = 40
_LOOP_SAMPLE: Final = 100
_RUNS: Final = 3
_COLD_STARTS: Final = 5
_SHELL: Final = """
for id in $(seq 1 "$3"); do
  curl --silent --fail --output /dev/null --request PUT --header "PRIVATE-TOKEN: $2" --form "value=$4" \\
    "$1/api/v4/projects/$id/variables/DOCKER_AUTH_CONFIG" || exit 1
done
"""
_THEIR_START: Final = """
import boto3
from botocore.config import Config
once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=1)
sts, ecr, secrets, ssm = (boto3.client(name, config=once) for name in ("sts", "ecr", "secretsmanager", "ssm"))
ssm.get_parameter(Name="bench")
"""
_OUR_START: Final = """
import sys
from pathlib import Path
from components.documents import plan
from components.rotation.handler import run
run(plan.loads(Path(sys.argv[1]).read_text()), 15, fired_by="manual", run_id="bench")
"""


def measure() -> list[dict[str, Any]]:
    """A row for each comparison; prints nothing."""
    rows: list[dict[str, Any]] = []
    floor = 2 * _TARGETS * _LATENCY / _CONCURRENCY
    with GitLabServer(_TARGETS, _LATENCY) as server:
        runs: list[dict[str, float]] = []
        requests = 0
        for _ in range(_RUNS):
            before = server.requests()
            runs.append(_python("bench.ours", server.url, server.token, str(_TARGETS), str(_CONCURRENCY)))
            requests = server.requests() - before
        ours, before = min(runs, key=lambda run: run["seconds"]), server.requests()
        loop = _python("bench.python_gitlab", server.url, server.token, str(_LOOP_SAMPLE))
        loop_requests = server.requests() - before
        shell = _shell(server)
    seconds, scaled = ours["seconds"], f"{_LOOP_SAMPLE} targets, scaled to {_TARGETS}"
    what = f"{_TARGETS} targets, GitLab answering in {_LATENCY * 1000:.0f} ms"
    rows.append(_row("the floor", seconds, floor, "s", f"{what}, concurrency {_CONCURRENCY}, best of {_RUNS}"))
    rows.append(
        _row("a python-gitlab loop", seconds, loop["seconds"] * _TARGETS / _LOOP_SAMPLE, "s", f"{what}; {scaled}")
    )
    if shell is not None:
        note = f"{what}; {_SHELL_SAMPLE} targets, scaled; PUT alone, it keeps nothing; without the AWS CLI's call"
        rows.append(_row("shell and curl", seconds, shell * _TARGETS / _SHELL_SAMPLE, "s", note))
    allowed = 2 * _TARGETS + 4 + 2
    rows.append(_row("requests to GitLab, allowed", requests, allowed, "", f"{_TARGETS} targets, 1 audience"))
    rows.append(_row("requests, a python-gitlab loop", requests, loop_requests * _TARGETS // _LOOP_SAMPLE, "", scaled))
    rows.append(_row("peak memory, a python-gitlab loop", ours["megabytes"], loop["megabytes"], "MB", what))
    rows.append(_row("peak memory, allowed", ours["megabytes"], 128, "MB", what))
    rows.append(_cold_start())
    return rows


def _row(name: str, ours: float, other: float, unit: str, what: str) -> dict[str, Any]:
    figures = {"ours": round(ours, 3), "other": round(other, 3), "ratio": round(ours / other, 3)}
    return {"name": name, **figures, "unit": unit, "what": what}


def _python(module: str, *arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-m", module, *arguments], cwd=_ROOT, capture_output=True, check=True)
    return json.loads(done.stdout)


def _shell(server: GitLabServer) -> float | None:
    """Seconds of the sample, None where there is no curl."""
    if shutil.which("curl") is None:
        return None
    value = json.dumps({"auths": {"registry.example.com": {"auth": "x" * 2_700}}}, separators=(",", ":"))
    begin = time.monotonic()
    subprocess.run(["/bin/sh", "-c", _SHELL, KEY, server.url, server.token, str(_SHELL_SAMPLE), value], check=True)
    return time.monotonic() - begin


def _cold_start() -> dict[str, Any]:
    example = _ROOT / ".bench" / "plan.json"
    example.write_text(_empty_plan())
    ours = min(_first_connection([sys.executable, "-c", _OUR_START, str(example)]) for _ in range(_COLD_STARTS))
    theirs = min(_first_connection([sys.executable, "-c", _THEIR_START]) for _ in range(_COLD_STARTS))
    what = "from the process's start to its first request; the other imports boto3 and makes four clients"
    return _row("cold start, boto3 alone", ours, theirs, "s", f"{what}; best of {_COLD_STARTS}")


def _empty_plan() -> str:
    gitlab = {
        "url": "https://gitlab.example.com", "allow_http": False, "proxy": None, "tokens": {}, "ca_bundle": None,
        "concurrency": _CONCURRENCY, "requests_per_second": 30,
    }  # fmt: skip
    return json.dumps(
        {"version": 1, "stack": "bench", "region": "eu-central-1", "state": "/bench", "gitlab": gitlab,
         "audiences": {}, "targets": []}
    )  # fmt: skip


def _first_connection(command: list[str]) -> float:
    """Seconds until a process first connects to AWS, which is a socket here."""
    with socket.create_server(("127.0.0.1", 0)) as aws:
        environment = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{aws.getsockname()[1]}",
            "AWS_ACCESS_KEY_ID": "fake",
            "AWS_SECRET_ACCESS_KEY": "fake",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "NO_PROXY": "127.0.0.1",
        }
        begin = time.monotonic()
        quiet = subprocess.DEVNULL
        process = subprocess.Popen(command, cwd=_ROOT, env=environment, stderr=quiet, stdout=quiet)
        connection, _ = aws.accept()
        seconds = time.monotonic() - begin
        connection.close()
        process.kill()
        process.wait()
    return seconds

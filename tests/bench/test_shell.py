"""The shell script that others use, with an AWS CLI and a curl that record their calls."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def program(folder: Path, name: str, lines: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{lines}\n")
    file.chmod(0o755)


def run(folder: Path, targets: int) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "bench.shell", "http://gitlab.test", "glpat-fake-0000", str(targets)]
    environment = {"PATH": f"{folder}:{os.defpath}"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)


def test_each_project_gets_the_token_in_a_separate_put(tmp_path: Path) -> None:
    program(tmp_path, "aws", f'echo "$@" >> {tmp_path}/aws.log; echo fake-password')
    program(tmp_path, "curl", f'for word in "$@"; do last=$word; echo "$word"; done >> {tmp_path}/$(date +%s%N).log')
    used = json.loads(run(tmp_path, 3).stdout)
    assert set(used) == {"sign_in", "write", "megabytes"}
    assert (tmp_path / "aws.log").read_text() == "ecr get-login-password\n"
    calls = [file.read_text().splitlines() for file in sorted(tmp_path.glob("1*.log"))]
    assert [call[-1].partition("/projects/")[2] for call in calls] == [
        f"{number}/variables/DOCKER_AUTH_CONFIG" for number in (1, 2, 3)
    ]
    document = next(word for word in calls[0] if word.startswith("value=")).removeprefix("value=")
    auth = json.loads(document)["auths"]["registry.example.com"]["auth"]
    assert base64.b64decode(auth) == b"AWS:fake-password"


def test_a_failing_request_ends_the_script(tmp_path: Path) -> None:
    program(tmp_path, "aws", "echo fake-password")
    program(tmp_path, "curl", "exit 22")
    ended = run(tmp_path, 2)
    assert ended.returncode != 0
    assert b"the script ended with 22" in ended.stderr

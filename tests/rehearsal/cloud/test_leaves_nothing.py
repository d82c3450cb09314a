"""Every way to end leaves no process, no file and no listener."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
from aws_principals import ACCOUNT, HOST, REGION
from forked_emulators import apart

from rehearsal.clients import present
from rehearsal.cloud import emulator
from rehearsal.cloud.cloud import Cloud
from rehearsal.cloud.docker_registry import PROGRAM

ROOT = Path(__file__).parents[3]
PARENT = f"""
import io, json, sys, zipfile
from rehearsal.cloud.cloud import Cloud
cloud = Cloud.start({ACCOUNT!r}, {REGION!r}, hosts=[{HOST!r}], docker_registry=sys.argv[1] == "True")
trust = {{"Version": "2012-10-17", "Statement": []}}
role = cloud.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as target:
    target.writestr("hang.py", "import os, time\\ndef handle(event, context):\\n    return os.getpid()\\n")
cloud.client("lambda").create_function(FunctionName="f", Runtime="python3.13", Role=role, Handler="hang.handle",
    Code={{"ZipFile": archive.getvalue()}})
print(int(cloud.client("lambda").invoke(FunctionName="f")["Payload"].read()), flush=True)
sys.stdin.read()
cloud.stop()
"""


@pytest.fixture(autouse=True)
def _as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every process is started as for a user of the rehearsal."""
    monkeypatch.setattr(emulator, "process", apart)


def processes_under(scratch: Path) -> list[int]:
    """Every process in this scratch folder: the guard, the emulator, its functions; the registry and its shell."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={scratch}".encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def gone(scratch: Path) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not processes_under(scratch) and not scratch.exists():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("docker_registry", [True, False] if present(PROGRAM) else [False])
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_the_end_of_the_parent_is_the_end_of_everything(tmp_path: Path, end: str, docker_registry: bool) -> None:
    environment = {"PATH": os.defpath, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(docker_registry)],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        function = int(parent.stdout.readline())
        (scratch,) = tmp_path.iterdir()
        assert function in processes_under(scratch)
        assert len(processes_under(scratch)) == (5 if docker_registry else 3)
        if end == "kill":
            parent.send_signal(signal.SIGKILL)
        else:
            parent.stdin.close()
        parent.wait(20)
        assert gone(scratch)
        assert list(tmp_path.iterdir()) == []


def test_stop_leaves_no_file_no_thread_and_no_listener(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads = set(threading.enumerate())
    cloud = Cloud.start(ACCOUNT, REGION, hosts=[HOST])
    ports = [cloud.front.port, cloud.proxy.port, cloud.registry.port]
    cloud.stop()
    cloud.stop()
    assert list(tmp_path.iterdir()) == []
    assert set(threading.enumerate()) <= threads
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_an_emulator_that_cannot_start_says_why_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(RuntimeError, match=r"AWS emulator ended while starting; .*'not-a-port'") as caught:
        Cloud.start(ACCOUNT, REGION, hosts=[HOST], extra_env={"GATEWAY_PORT": "not-a-port"})
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_emulator_that_died_is_named_at_the_next_move(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Cloud.start(ACCOUNT, REGION, hosts=[HOST]) as cloud:
        (scratch,) = tmp_path.iterdir()
        for process in processes_under(scratch):
            if process != cloud._emulator.pid:
                os.kill(process, signal.SIGKILL)
        with pytest.raises(RuntimeError, match="AWS emulator is gone"):
            cloud.move(1)
    assert list(tmp_path.iterdir()) == []

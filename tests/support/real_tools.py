"""Programs of this machine that pull and build, kept away from its own images, logins and settings."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rehearsal.cloud.cloud import Cloud

_START_LIMIT: Final = 30.0
_STOP_LIMIT: Final = 30.0
# As the real one does, it takes keys from the environment before the role: boto3 and AWS's SDK for Go agree on that.
_HELPER: Final = """\
#!{python}
import base64, json, os, sys
import boto3
host = sys.stdin.read().strip()
os.environ["AWS_DEFAULT_REGION"] = host.split(".")[3]
token = boto3.client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
user, _, password = base64.b64decode(token).decode().partition(":")
print(json.dumps({{"ServerURL": host, "Username": user, "Secret": password}}))
"""


class NotHereError(Exception):
    """A program that this machine does not have, or that does not work on it; the message says why."""


def surroundings(cloud: Cloud, folder: Path, programs: Path) -> dict[str, str]:
    """The environment of a job in this cloud, whose folders are all below this one."""
    home = folder / "home"
    policy = home / ".config" / "containers" / "policy.json"
    policy.parent.mkdir(parents=True, exist_ok=True)
    policy.write_text(json.dumps({"default": [{"type": "insecureAcceptAnything"}]}))
    storage = folder / "storage.conf"
    places = [f'graphroot = "{folder / "images"}"', f'runroot = "{folder / "run"}"']
    storage.write_text("\n".join(["[storage]", 'driver = "vfs"', *places, ""]))
    registries = folder / "registries.conf"
    registries.touch()
    return {
        **cloud.environment(),
        "PATH": f"{programs}:{os.environ.get('PATH', os.defpath)}",
        "HOME": str(home),
        "TMPDIR": str(folder),
        "CONTAINERS_STORAGE_CONF": str(storage),
        "CONTAINERS_REGISTRIES_CONF": str(registries),
    }


def credential_helper(file: Path) -> None:
    """Writes a credential helper that asks AWS's API as the real one does, also where that lies on loopback."""
    file.write_text(_HELPER.format(python=sys.executable))
    file.chmod(0o755)


def check_buildah(environment: dict[str, str]) -> None:
    """Raises NotHereError when buildah cannot make a container on this machine."""
    run = subprocess.run(
        ["buildah", "from", "scratch"],  # noqa: S607 - the one of this machine
        env={**environment, "STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if run.returncode:
        raise NotHereError(f"buildah makes no container here: {run.stderr.strip()[-300:]}")


@contextmanager
def docker_daemon(cloud: Cloud, folder: Path) -> Iterator[str]:
    """A Docker daemon with no network of its own; the address that `DOCKER_HOST` takes.

    Raises:
        NotHereError: there is none, or it does not start.
    """
    program = shutil.which("dockerd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if program is None or shutil.which("docker") is None:
        raise NotHereError("dockerd and docker are not both installed")
    if os.geteuid():
        raise NotHereError("dockerd wants root")
    address, log = f"unix://{folder / 'docker.sock'}", folder / "dockerd.log"
    command = [program, "--host", address, "--data-root", str(folder / "data"), "--exec-root", str(folder / "exec")]
    command += ["--pidfile", str(folder / "pid"), "--config-file", str(folder / "none.json"), "--storage-driver", "vfs"]
    (folder / "none.json").write_text("{}")
    network = ["--iptables=false", "--ip6tables=false", "--bridge=none"]
    path = f"{Path(program).parent}:{os.environ['PATH']}:/usr/sbin"
    environment = {**cloud.environment(), "PATH": path, "HOME": str(folder), "TMPDIR": str(folder)}
    with log.open("wb") as output:
        daemon = subprocess.Popen([*command, *network], env=environment, stdout=output, stderr=output)
    try:
        _wait_ready(daemon, address, log)
        yield address
    finally:
        daemon.terminate()  # it ends its own containerd
        try:
            daemon.wait(_STOP_LIMIT)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


def _wait_ready(daemon: subprocess.Popen[bytes], address: str, log: Path) -> None:
    asked = ["docker", "--host", address, "version"]
    deadline = time.monotonic() + _START_LIMIT
    while time.monotonic() < deadline and daemon.poll() is None:
        if subprocess.run(asked, capture_output=True, timeout=20, check=False).returncode == 0:
            return
        time.sleep(0.2)
    raise NotHereError(f"dockerd does not start here: {log.read_text(errors='replace').strip()[-300:]}")

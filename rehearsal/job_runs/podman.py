"""Uses podman as the container engine: a separate service with its own images and containers."""

import json
import os
import resource
import shlex
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

from rehearsal.cloud.cloud import Cloud

from ..guarded import Guarded
from .docker_api import DockerApi, EngineError

PROGRAM: Final = "podman"
_RUNTIMES: Final = ("crun", "runc")
_OPEN_FILES, _PROCESSES = 1024, 4096
_START_LIMIT: Final = 20.0
_SECONDS: Final = 30
_LONGEST_PLACE, _BELOW = 50, len("/rehearsal-jobs-12345678/engine/run")


def short_folder(folder: str) -> str:
    """A folder for temporary files; or `/tmp` if its path is too long for podman."""
    return folder if len(folder) + _BELOW <= _LONGEST_PLACE else "/tmp"  # noqa: S108 - a folder of its own is made there


class Podman:
    """The podman service. It pulls through the rehearsal's proxy, and trusts the rehearsal's authority.

    Attributes:
        name: the program and its version.
        socket: where it answers as Docker does.
        api: the same, for the rehearsal itself.
    """

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.socket = folder / "podman.sock"
        self.api = DockerApi(self.socket)
        self._environment = _environment(cloud, folder)
        self._command = [shutil.which(PROGRAM) or PROGRAM, *_storage(folder, self._environment)]
        service = [*self._command, "system", "service", "--time=0", f"unix://{self.socket}"]
        # podman's overlay keeps its own folder mounted, so the folder could not be removed.
        folders = shlex.quote(str(folder / "images" / "overlay")), shlex.quote(str(folder.parent))
        after = "umount {} 2> /dev/null; rm -rf {}".format(*folders)
        self._service = Guarded(service, self._environment, folder / "podman.log", after)
        try:
            self._wait_ready()
            self.name = f"{PROGRAM} {self.api.version()['Version']}"
        except BaseException:
            self._service.stop()
            raise

    def load(self, archive: bytes, name: str) -> None:  # noqa: ARG002 - as for `Docker`, which removes it again
        """Loads an image."""
        self.api.load(archive)

    def stop(self) -> None:
        """Removes every container, then stops the service."""
        try:
            for number in self.api.containers():
                self.api.remove(number)
        except EngineError:
            pass  # its service is gone; its files go with the folder
        finally:
            self._service.stop()

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + _START_LIMIT
        while time.monotonic() < deadline:
            try:
                self.api.version()
            except EngineError:
                time.sleep(0.02)
            else:
                return
        raise EngineError(f"{PROGRAM}'s service did not answer in {_START_LIMIT:.0f} s: {self._service.last_words()}")


def _environment(cloud: Cloud, folder: Path) -> dict[str, str]:
    """An environment without the person's own logins, registry settings and containers."""
    home = folder / "home"
    policy = home / ".config" / "containers" / "policy.json"
    policy.parent.mkdir(parents=True)
    policy.write_text(json.dumps({"default": [{"type": "insecureAcceptAnything"}]}))
    registries = folder / "registries.conf"
    registries.touch()
    config = folder / "containers.conf"
    config.write_text("\n".join(_config()))
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(_folder(folder / "runtime")),
        "TMPDIR": str(_folder(folder / "tmp")),
        "CONTAINERS_CONF": str(config),
        "CONTAINERS_REGISTRIES_CONF": str(registries),
        "HTTPS_PROXY": cloud.proxy_url,
        "HTTP_PROXY": cloud.proxy_url,
        "SSL_CERT_FILE": str(cloud.ca_file),
    }


def _config() -> list[str]:
    """Settings that a machine without systemd, or inside another container, also needs."""
    limits = {
        "nofile": _at_most(_OPEN_FILES, resource.RLIMIT_NOFILE),
        "nproc": _at_most(_PROCESSES, resource.RLIMIT_NPROC),
    }
    runtime = next((name for name in _RUNTIMES if shutil.which(name) or Path("/usr/sbin", name).exists()), None)
    return [
        "[containers]",
        'netns = "host"',
        f"default_ulimits = {json.dumps([f'{name}={most}:{most}' for name, most in limits.items()])}",
        "[engine]",
        'cgroup_manager = "cgroupfs"',
        'events_logger = "none"',
        *([f'runtime = "{runtime}"'] if runtime else []),
        "",
    ]


def _at_most(wanted: int, limit: int) -> int:
    """The wanted limit, or the highest that this process may set."""
    hard = resource.getrlimit(limit)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)


def _storage(folder: Path, environment: dict[str, str]) -> list[str]:
    """Where images and containers are stored; as copies, if the file system does not support overlays."""
    folders = ["--root", str(folder / "images"), "--runroot", str(folder / "run")]
    asked = subprocess.run(  # noqa: S603 - no part of it comes from outside
        [shutil.which(PROGRAM) or PROGRAM, *folders, "info", "--format", "{{.Store.GraphDriverName}}"],
        env=environment,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    if asked.returncode == 0:
        return folders
    shutil.rmtree(folder / "images", ignore_errors=True)
    return ["--storage-driver", "vfs", *folders]


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o700)
    return path

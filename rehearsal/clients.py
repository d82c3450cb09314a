"""Clients that pull: this project's own small puller, and the container clients on this machine."""

import base64
import itertools
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

import urllib3

from components.docker.auth import PLACEHOLDER
from components.docker.credential_resolution import Outcome, resolve

from .cloud.cloud import Cloud
from .puller import PullError, pull

HELPER: Final = "docker-credential-ecr-login"
EVERY_CLIENT: Final = "REHEARSAL_EVERY_CLIENT"
"""Set by `.ci/run`, which installs them. GitLab sets `CI` in jobs of any image, which says nothing about clients."""
_DENIED: Final = ("unauthorized", "denied", "authentication required", "not authorized")
_SECONDS: Final = 60


class ClientError(Exception):
    """A client that has to be installed is not."""


class Client(Protocol):
    """Pulls an image with the logins in a Docker configuration."""

    name: str

    def pull(self, host: str, repository: str, tag: str, document: str | None) -> tuple[str, str]:
        """Tries the pull. Returns `allowed`, `denied` or `failed`, and the reason."""
        ...


class OwnClient:
    """This project's own puller, which chooses its credential as the runner does.

    Args:
        pool: connections to the registry.
    """

    name = "rehearsal"

    def __init__(self, pool: urllib3.PoolManager) -> None:
        self._pool = pool

    def pull(self, host: str, repository: str, tag: str, document: str | None) -> tuple[str, str]:
        """As `Client`."""
        auth = auth_of(f"{host}/{repository}:{tag}", document)
        try:
            result = pull(self._pool, host, repository, tag, auth=auth)
        except PullError as error:
            return "failed", str(error)
        return ("allowed" if result.allowed else "denied"), result.reason


class Refused:
    """Replaces every client for an identity to which AWS gives no session.

    Args:
        reason: AWS's message.
    """

    name = "rehearsal"

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def pull(self, host: str, repository: str, tag: str, document: str | None) -> tuple[str, str]:  # noqa: ARG002 - as `Client`
        """As `Client`."""
        return "denied", self._reason


class Skopeo:
    """Debian's skopeo, with the same proxy and certificate authority.

    Args:
        cloud: the cloud with the registry.
        scratch: a folder only for this client, which is also the process's home.
        more: further environment variables: a helper's credentials.
        name: the client's name; by default skopeo and its version.
    """

    def __init__(self, cloud: Cloud, scratch: Path, more: Mapping[str, str] | None = None, name: str = "") -> None:
        self._scratch = scratch
        self._count = itertools.count()
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(scratch),
            "HTTPS_PROXY": cloud.proxy_url,
            "SSL_CERT_FILE": str(cloud.ca_file),
            "SSL_CERT_DIR": os.devnull,  # it trusts no other authority, and need not read the machine's hundreds
            **(more or {}),
        }
        self.name = name or version()

    def pull(self, host: str, repository: str, tag: str, document: str | None) -> tuple[str, str]:
        """As `Client`."""
        folder = self._scratch / str(next(self._count))
        folder.mkdir()
        authfile = folder / "auth.json"
        authfile.write_text(document or PLACEHOLDER)
        image = f"docker://{host}/{repository}:{tag}"
        command = ["skopeo", "--insecure-policy", "copy", "--authfile", str(authfile), image, f"dir:{folder / 'image'}"]
        try:
            run = subprocess.run(  # noqa: S603 - no part of it comes from outside
                command, env=self._environment, capture_output=True, text=True, timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return "failed", f"skopeo: no end after {_SECONDS} s"
        finally:
            authfile.unlink()
        if run.returncode == 0:
            return "allowed", ""
        lines = run.stderr.strip().splitlines() or [f"skopeo: exit {run.returncode}"]
        return ("denied" if any(word in run.stderr for word in _DENIED) else "failed"), lines[-1]


def auth_of(image: str, document: str | None) -> str | None:
    """The `auth` that the runner takes from a `DOCKER_AUTH_CONFIG` for an image; None when there is none."""
    found = resolve(image, docker_auth_config=document)
    if found.outcome is not Outcome.FOUND:
        return None
    credential = found.credential
    return base64.b64encode(f"{credential.username}:{credential.password}".encode()).decode()


def present(program: str) -> bool:
    """Whether a client is installed.

    Raises:
        ClientError: it is not, and `.ci/run` has asked for every client.
    """
    if shutil.which(program):
        return True
    if os.environ.get(EVERY_CLIENT) == "true":
        raise ClientError(
            f"{program} is not installed; .ci/run installs it. "
            f"Without {EVERY_CLIENT}=true, the rehearsal runs without it"
        )
    return False


def version() -> str:
    """`skopeo` and its version."""
    run = subprocess.run(["skopeo", "--version"], capture_output=True, text=True, check=True)  # noqa: S607 - as found on PATH
    return run.stdout.strip().replace("skopeo version", "skopeo")

"""What is installed on a runner's machine besides the distribution's packages, and how it is verified."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ..names.registry_host import parse_registry_host, partition_of
from .machine_args import MachineArgs

RUNNER_VERSION: Final = "19.4.0"
"""The version whose keys `keys.json` has."""

PACKAGES: Final = "https://packages.gitlab.com/runner/gitlab-runner"
PACKAGES_KEY: Final = "https://packages.gitlab.com/gpg.key"
PACKAGES_KEY_FINGERPRINT: Final = "F6403F6544A38863DAA0B6E03F01618A51312F3F"
"""Of the key that signs the indexes of GitLab's package repositories, valid until 2028-02-06. Source:
https://docs.gitlab.com/omnibus/update/package_signatures, "Current repository signing key", read in November 2026."""

HELPER_DOWNLOADS: Final = "https://amazon-ecr-credential-helper-releases.s3.us-east-2.amazonaws.com"
HELPER_VERSION: Final = "0.12.0"
"""Knows dual-stack hosts (from 0.10.0) and the European sovereign partition (from 0.11.0)."""
HELPER_SHA256: Final = {
    "amd64": "a22ab6d59dbac777b8fb31984709461da00a4c778b6ae14c8d3729e8d5ded1a6",
    "arm64": "5bdd30fb6c7a92462f5b454cce1aa906ca7926a6c2e39efad9613a7bf7661fac",
}
"""AWS signs no release of the helper; its digests lie beside it in the same bucket. Two projects that pin it have
recorded these same ones: cashapp/hermit-packages (amazon-ecr-credential-helper.hcl, f0517fd) and
rancher-sandbox/rancher-desktop (pkg/rancher-desktop/assets/dependencies.yaml, d048437)."""

_VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+")
_FINGERPRINT: Final = re.compile(r"[0-9A-F]{40}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_WRITABLE: Final = re.compile(r"[A-Za-z0-9./_~%:-]+")


@dataclass(frozen=True)
class Packages:
    """Versions, download URLs, and the expected key and digests.

    Raises:
        ValueError: an argument of `runner.machine` is wrong. The message names it and what to write instead.
    """

    runner_version: str = RUNNER_VERSION
    packages: str = PACKAGES
    packages_key: str = PACKAGES_KEY
    packages_key_fingerprint: str = PACKAGES_KEY_FINGERPRINT
    helper_version: str = HELPER_VERSION
    helper_downloads: str = HELPER_DOWNLOADS
    helper_sha256: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        for field in ("runner_version", "helper_version"):
            value = getattr(self, field)
            if not _VERSION.fullmatch(value):
                raise _wrong(field, value, f"a version such as {RUNNER_VERSION}")
        for field in ("packages", "packages_key", "helper_downloads"):
            value = getattr(self, field)
            if not _is_plain_https(value):
                raise _wrong(field, value, "an address that starts with https://, with nothing after its path")
        if not _FINGERPRINT.fullmatch(self._fingerprint()):
            raise _wrong(
                "packages_key_fingerprint",
                self.packages_key_fingerprint,
                "all 40 hexadecimal digits of it, as `gpg --show-keys` prints them: a shorter one can be forged",
            )
        if self.helper_version != HELPER_VERSION and self.helper_sha256 is None:
            raise ValueError(
                f"runner.machine.helper_sha256: got none beside helper_version {self.helper_version!r}; write the "
                "SHA-256 of its linux-amd64 and linux-arm64 files, as {amd64: ..., arm64: ...}"
            )
        for architecture, digest in self._digests().items():
            if architecture not in HELPER_SHA256 or not _SHA256.fullmatch(digest):
                raise _wrong(f"helper_sha256.{architecture}", digest, "64 hexadecimal digits under amd64 or arm64")

    def check_hosts(self, hosts: Iterable[str]) -> None:
        """Refuses a credential helper that is too old to know the registry hosts it is configured for.

        Raises:
            ValueError: the version does not know the host. The message names the first version that does.
        """
        own = tuple(map(int, self.helper_version.split(".")))
        for host in hosts:
            known = parse_registry_host(host)
            needed = (0, 10, 0) if known and known.dual_stack else (0, 0, 0)
            if known and partition_of(known.region) == "aws-eusc":
                needed = (0, 11, 0)
            if own < needed:
                since = ".".join(map(str, needed))
                raise _wrong("helper_version", self.helper_version, f"{since} or later, which knows {host}")

    def settings(self) -> dict[str, str]:
        """For the machine's own configuration file."""
        digests = self._digests()
        return {
            "RUNNER_VERSION": self.runner_version,
            "PACKAGES": self.packages.rstrip("/"),
            "PACKAGES_KEY": self.packages_key,
            "PACKAGES_KEY_FINGERPRINT": self._fingerprint(),
            "HELPER_VERSION": self.helper_version,
            "HELPER_DOWNLOADS": self.helper_downloads.rstrip("/"),
            # An architecture without a digest installs nothing: no file has this digest.
            **{f"HELPER_SHA256_{name.upper()}": digests.get(name, "none") for name in HELPER_SHA256},
        }

    def _fingerprint(self) -> str:
        return self.packages_key_fingerprint.replace(" ", "").upper()

    def _digests(self) -> Mapping[str, str]:
        return HELPER_SHA256 if self.helper_sha256 is None else self.helper_sha256


def packages_of(machine: MachineArgs | None) -> Packages:
    """The packages that `runner.machine` declares, checked."""
    if machine is None:
        return Packages()
    return Packages(
        runner_version=machine.get("runner_version", RUNNER_VERSION),
        packages=machine.get("packages", PACKAGES),
        packages_key=machine.get("packages_key", PACKAGES_KEY),
        packages_key_fingerprint=machine.get("packages_key_fingerprint", PACKAGES_KEY_FINGERPRINT),
        helper_version=machine.get("helper_version", HELPER_VERSION),
        helper_downloads=machine.get("helper_downloads", HELPER_DOWNLOADS),
        helper_sha256=machine.get("helper_sha256"),
    )


def _is_plain_https(address: str) -> bool:
    """The URL goes into the package manager's configuration, where white space would start another word."""
    if not _WRITABLE.fullmatch(address):
        return False
    url = urlsplit(address)
    return url.scheme == "https" and bool(url.hostname) and url.username is None


def _wrong(field: str, value: str, wanted: str) -> ValueError:
    return ValueError(f"runner.machine.{field}: got {value!r}; write {wanted}")

"""What is installed on a runner's machine, and from where: everything is verified."""

from typing import Any

import pytest

from components.runner.packages import HELPER_SHA256, PACKAGES_KEY_FINGERPRINT, Packages, packages_of

_DIGESTS = {"amd64": "a" * 64, "arm64": "b" * 64}


def test_the_defaults_are_complete() -> None:
    settings = Packages().settings()
    assert settings["PACKAGES_KEY_FINGERPRINT"] == PACKAGES_KEY_FINGERPRINT
    assert settings["HELPER_SHA256_AMD64"] == HELPER_SHA256["amd64"]
    assert settings["HELPER_SHA256_ARM64"] == HELPER_SHA256["arm64"]


def test_a_fingerprint_is_read_as_gpg_prints_it() -> None:
    printed = "f640 3f65 44a3 8863 daa0  b6e0 3f01 618a 5131 2f3f"
    assert Packages(packages_key_fingerprint=printed).settings()["PACKAGES_KEY_FINGERPRINT"] == PACKAGES_KEY_FINGERPRINT


def test_a_mirror_and_another_helper_are_used() -> None:
    settings = packages_of(
        {
            "packages": "https://mirror.example.com:8443/runner/",
            "helper_version": "0.13.1",
            "helper_sha256": _DIGESTS,
            "image_id": "ami-0",
        }
    ).settings()
    assert settings["PACKAGES"] == "https://mirror.example.com:8443/runner"
    assert (settings["HELPER_VERSION"], settings["HELPER_SHA256_ARM64"]) == ("0.13.1", "b" * 64)


@pytest.mark.parametrize(
    ("machine", "message"),
    [
        ({"runner_version": "latest"}, "runner_version: got 'latest'; write a version"),
        ({"runner_version": "19.4"}, "runner_version: got '19.4'"),
        ({"runner_version": "19.4.0\n"}, "runner_version: got"),
        ({"runner_version": "19.4.0 curl"}, "runner_version: got"),
        (
            {"packages": "http://example.com"},
            "packages: got 'http://example.com'; write an address that starts with https",
        ),
        ({"packages": "HTTP://example.com"}, "packages: got"),
        ({"packages": "https://"}, "packages: got"),
        ({"packages": "https:///runner"}, "packages: got"),
        ({"packages": "https://user@example.com"}, "packages: got"),
        ({"packages": "https://example.com/a b"}, "packages: got"),
        ({"packages": "https://example.com\t"}, "packages: got"),
        ({"packages": "https://example.com/x main\ndeb [trusted=yes] http://evil.example.com"}, "packages: got"),
        ({"packages": "https://example.com/$(id)"}, "packages: got"),
        ({"packages": "https://example.com?x=1"}, "packages: got"),
        ({"packages": "file:///etc"}, "packages: got"),
        ({"packages_key": "http://example.com/key"}, "packages_key: got"),
        ({"helper_downloads": "http://example.com"}, "helper_downloads: got"),
        (
            {"packages_key_fingerprint": "3F01618A51312F3F"},
            "packages_key_fingerprint: got '3F01618A51312F3F'; write all 40",
        ),
        ({"packages_key_fingerprint": ""}, "packages_key_fingerprint: got ''"),
        ({"packages_key_fingerprint": "G" * 40}, "packages_key_fingerprint: got"),
        ({"helper_version": "v0.12.0"}, "helper_version: got 'v0.12.0'"),
        ({"helper_version": "0.13.0"}, "helper_sha256: got none beside helper_version '0.13.0'"),
        ({"helper_sha256": {"amd64": "short"}}, "helper_sha256.amd64: got 'short'; write 64 hexadecimal digits"),
        ({"helper_sha256": {"x86_64": "a" * 64}}, "helper_sha256.x86_64: got"),
        ({"helper_sha256": {"amd64": "A" * 64}}, "helper_sha256.amd64: got"),
    ],
)
def test_a_value_that_cannot_be_verified_is_refused(machine: Any, message: str) -> None:
    with pytest.raises(ValueError, match=r"^runner\.machine\.") as caught:
        packages_of(machine)
    assert message in str(caught.value)


_CLASSIC = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
_DUAL_STACK = "123456789012.dkr-ecr.eu-central-1.on.aws"
_SOVEREIGN = "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu"


@pytest.mark.parametrize(
    ("version", "host", "needed"),
    [
        ("0.6.0", _CLASSIC, ""),
        ("0.6.0", "registry.example.com:5000", ""),
        ("0.9.1", _DUAL_STACK, "0.10.0 or later, which knows"),
        ("0.10.0", _DUAL_STACK, ""),
        ("0.10.1", _SOVEREIGN, "0.11.0 or later, which knows"),
        ("0.11.0", _SOVEREIGN, ""),
    ],
)
def test_a_helper_older_than_a_registry_host_is_refused(version: str, host: str, needed: str) -> None:
    declared = Packages(helper_version=version, helper_sha256=_DIGESTS)
    if not needed:
        declared.check_hosts([_CLASSIC, host])
        return
    with pytest.raises(ValueError, match=rf"^runner\.machine\.helper_version: got '{version}'; write {needed} {host}"):
        declared.check_hosts([_CLASSIC, host])


def test_the_default_helper_knows_every_host() -> None:
    Packages().check_hosts([_CLASSIC, _DUAL_STACK, _SOVEREIGN])

"""The script that makes a machine a runner: signed packages, in the declared versions."""

import subprocess
import sys
from pathlib import Path

import pytest
from scratch_machine import FINGERPRINT, HELPER, INSTALLERS, Machine

from components.runner import user_data
from components.runner.packages import RUNNER_VERSION, Packages

_SHELLCHECK = str(Path(sys.executable).with_name("shellcheck"))
_DEBIAN = "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n"
_UBUNTU = "ID=ubuntu\nVERSION_ID=24.04\nVERSION_CODENAME=noble\n"
_AMAZON = "ID=amzn\nVERSION_ID=2023\n"
_OTHER = "0123456789ABCDEF0123456789ABCDEF01234567"


def _key(*fingerprints: str) -> str:
    """What gpg prints of a file of keys, each with a subkey."""
    return "".join(
        f"pub:-:4096:1:{each[-16:]}:1:::-:::scSC::\nfpr:::::::::{each}:\nuid:-::::1::X::GitLab B.V.::\n"
        f"sub:-:4096:1:{each[:16]}:1::::::e::\nfpr:::::::::{each[::-1]}:\n"
        for each in fingerprints
    )


def _installed(machine: Machine) -> str:
    return " ".join(call for call in machine.calls() if call.startswith(("apt-get install", "dnf install")))


@pytest.mark.parametrize("os_release", [_DEBIAN, _UBUNTU, _AMAZON])
def test_a_fresh_machine_becomes_a_runner_and_a_second_run_changes_nothing(scratch: Path, os_release: str) -> None:
    machine = Machine(scratch, os_release, there=("curl",))
    first = machine.run(user_data.INSTALL)
    assert first.returncode == 0, first.stderr
    at = "-" if os_release == _AMAZON else "="
    for package in (
        "docker",
        "awscli",
        "gnupg",
        f"gitlab-runner{at}{RUNNER_VERSION}-1",
        f"gitlab-runner-helper-images{at}{RUNNER_VERSION}-1",
    ):
        assert package in _installed(machine)
    assert (machine.root / "usr/local/bin/docker-credential-ecr-login").read_text() == HELPER
    assert "systemctl enable --now gitlab-ecr-runner.timer" in machine.calls()
    before = machine.files()
    second = machine.run(user_data.INSTALL)
    assert second.returncode == 0, second.stderr
    assert machine.files() == before
    assert not [call for call in machine.calls() if call.startswith(INSTALLERS)]
    assert not [call for call in machine.calls() if call.startswith(("systemctl enable", "systemctl try-restart"))]


def test_debians_package_index_must_be_signed_by_one_key_and_one_version_is_pinned(scratch: Path) -> None:
    machine = Machine(scratch, _UBUNTU)
    assert machine.run(user_data.INSTALL).returncode == 0
    etc = machine.root / "etc/apt"
    assert (etc / "sources.list.d/gitlab-runner.list").read_text() == (
        "deb [signed-by=/etc/apt/keyrings/gitlab-runner.asc] "
        "https://packages.gitlab.com/runner/gitlab-runner/ubuntu noble main\n"
    )
    assert f"Pin: version {RUNNER_VERSION}-1\nPin-Priority: 1001\n" in (etc / "preferences.d/gitlab-runner").read_text()
    calls = machine.calls()
    asked = [call for call in calls if call.startswith("apt-get update") or "gitlab-runner=" in call]
    assert asked[-2].startswith("apt-get update"), "the index is read before what it names is installed"


def test_amazon_linuxs_package_index_must_be_signed_by_one_key(scratch: Path) -> None:
    machine = Machine(scratch, _AMAZON)
    assert machine.run(user_data.INSTALL).returncode == 0
    repository = (machine.root / "etc/yum.repos.d/gitlab-runner.repo").read_text().splitlines()
    assert "baseurl=https://packages.gitlab.com/runner/gitlab-runner/amazon/2023/$basearch" in repository
    assert {"repo_gpgcheck=1", "sslverify=1"} <= set(repository)
    assert "gpgkey=file:///etc/pki/rpm-gpg/gitlab-runner.asc" in repository


@pytest.mark.parametrize("os_release", [_DEBIAN, _AMAZON])
@pytest.mark.parametrize(
    "keys",
    [
        "",
        "not a key\n",
        _key(_OTHER),
        _key(FINGERPRINT, _OTHER),  # the second would be trusted like the first
        _key(_OTHER, FINGERPRINT),
        _key(FINGERPRINT, FINGERPRINT),
        _key(FINGERPRINT[::-1]),  # its subkey has the fingerprint that is expected of the key
        _key(FINGERPRINT[:-1] + "0"),
        _key(FINGERPRINT[:24] + FINGERPRINT[24:].lower()),
        _key("0" * 24 + FINGERPRINT[24:]),  # the same short id
        f"fpr:::::::::{FINGERPRINT}:\n",
        f"pub:-:4096:1:X:1:::-:::scSC::\nuid:-::::1::X::fpr:::::::::{FINGERPRINT}:::\nfpr:::::::::{_OTHER}:\n",
    ],
)
def test_neither_another_key_nor_anything_it_signed_is_installed(scratch: Path, os_release: str, keys: str) -> None:
    machine = Machine(scratch, os_release)
    machine.answer("keys", keys)
    done = machine.run(user_data.INSTALL)
    assert done.returncode == 1
    assert f"and not {FINGERPRINT}: nothing is installed from there" in done.stderr
    assert "gitlab-runner" not in _installed(machine)
    assert not [name for name in ("apt", "pki", "yum.repos.d") if (machine.root / "etc" / name).exists()]


@pytest.mark.parametrize("helper", ["another program\n", "", HELPER + "\n"])
def test_a_helper_with_another_digest_is_not_installed(scratch: Path, helper: str) -> None:
    machine = Machine(scratch)
    machine.answer("helper", helper)
    done = machine.run(user_data.INSTALL)
    assert done.returncode == 1
    assert "docker-credential-ecr-login 0.12.0 for amd64 does not have the expected digest" in done.stderr
    assert not list((machine.root / "usr").rglob("docker-credential-*"))


def test_a_helper_without_a_digest_for_this_hardware_is_not_installed(scratch: Path) -> None:
    machine = Machine(scratch)
    machine.answer("hardware", "aarch64")
    done = machine.run(user_data.INSTALL)
    assert done.returncode == 1
    assert "for arm64 does not have the expected digest none" in done.stderr


def test_an_older_helper_is_replaced(machine: Machine) -> None:
    machine.write("/usr/local/bin/docker-credential-ecr-login", "version 0.6.0\n", 0o755)
    assert machine.run(user_data.INSTALL).returncode == 0
    assert (machine.root / "usr/local/bin/docker-credential-ecr-login").read_text() == HELPER


def test_another_version_of_the_runner_is_replaced(machine: Machine) -> None:
    machine.answer("runner-version", "17.0.0")
    assert machine.run(user_data.INSTALL).returncode == 0
    assert f"gitlab-runner={RUNNER_VERSION}-1" in _installed(machine)


@pytest.mark.parametrize(
    ("helper", "there", "code"), [("", (), 0), ("pass", (), 1), ("pass", ("docker-credential-pass",), 0)]
)
def test_a_custom_helper_must_be_on_the_machine_and_no_other_is_installed(
    scratch: Path, helper: str, there: tuple[str, ...], code: int
) -> None:
    machine = Machine(scratch, there=("curl", "gpg", *there), helper=helper)
    done = machine.run(user_data.INSTALL)
    assert done.returncode == code
    assert ("docker-credential-pass is not on this machine" in done.stderr) is bool(code)
    assert not list((machine.root / "usr").rglob("docker-credential-*"))


def test_every_download_uses_https_even_after_a_redirect(scratch: Path) -> None:
    machine = Machine(
        scratch, packages=Packages(packages_key="https://mirror.example.com/key", helper_sha256={"amd64": "0" * 64})
    )
    machine.run(user_data.INSTALL)
    machine.answer("helper", "x")
    downloads = [call for call in machine.calls() if call.startswith("curl ")]
    assert downloads
    for call in downloads:
        for option in ("--proto =https", "--proto-redir =https", "--fail", "--tlsv1.2"):
            assert option in call
        assert call.rpartition(" ")[2].startswith("https://")


def test_the_aws_snap_is_installed_where_the_archive_has_no_awscli(scratch: Path) -> None:
    machine = Machine(scratch, _UBUNTU)
    machine.answer("no-awscli", "")
    done = machine.run(user_data.INSTALL)
    assert done.returncode == 0, done.stderr
    assert "snap install aws-cli --classic" in machine.calls()


@pytest.mark.parametrize(
    ("os_release", "hardware", "words"),
    [("ID=gentoo\n", "x86_64", "this machine is gentoo"), (_DEBIAN, "riscv64", "this machine is a riscv64")],
)
def test_an_unsupported_machine_is_refused_before_anything_is_installed(
    scratch: Path, os_release: str, hardware: str, words: str
) -> None:
    machine = Machine(scratch, os_release)
    machine.answer("hardware", hardware)
    done = machine.run(user_data.INSTALL)
    assert done.returncode == 1
    assert words in done.stderr
    assert not [call for call in machine.calls() if not call.startswith("uname")]


def test_the_helper_of_the_service_knows_its_region(machine: Machine) -> None:
    unit = machine.root / user_data.REGION_OF_THE_HELPER[1:]
    assert unit.read_text() == "[Service]\nEnvironment=AWS_REGION=eu-central-1\n"


@pytest.mark.parametrize("path", [user_data.INSTALL, user_data.FETCH])
def test_shellcheck_finds_nothing(machine: Machine, path: str) -> None:
    done = subprocess.run([_SHELLCHECK, str(machine.root) + path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")

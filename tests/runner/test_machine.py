"""The scripts on a runner's machine: run in a scratch root, with stubs that record what they were called with."""

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from components.runner import user_data
from components.runner.config import config, render

_SHELLCHECK = str(Path(sys.executable).with_name("shellcheck"))
_STUBS = {
    "aws": """
for word in "$@"; do case "$word" in /*) file="$STUBS/parameters/$(basename "$word")" ;; esac; done
[ -f "$file" ] || exit 254
cat "$file"
""",
    "getent": "echo 'gitlab-runner:x:999:999::/home/gitlab-runner:/bin/bash'",
    "gitlab-runner": """
case "$1" in
--help) [ -f "$STUBS/no-lint" ] || echo '   lint    validate syntax and keys of a config.toml file' ;;
lint) ! grep -q REFUSED "$3" ;;
esac
""",
    "systemctl": """
case "$1" in
is-enabled) [ -f "$STUBS/timer-enabled" ] ;;
enable) [ "$3" = docker ] || : >"$STUBS/timer-enabled" ;;
esac
""",
    "uname": "echo x86_64",
    "curl": 'while [ "$1" != --output ]; do shift; done; : >"$2"',
    "apt-get": """
[ "$4" = awscli ] && [ -f "$STUBS/no-awscli" ] && exit 100
[ "$1" = update ] || install_stubs "$@"
""",
    "dnf": 'install_stubs "$@"',
    "snap": 'ln -sf "$STUBS/stub" "$STUBS/bin/aws"',
    "chown": "",
}
_INSTALLED_BY = {
    "awscli": "aws",
    "docker": "docker",
    "docker.io": "docker",
    "amazon-ecr-credential-helper": "docker-credential-ecr-login",
    "gitlab-runner_": "gitlab-runner",
}
_TOOLS = ("sh", "basename", "cat", "chmod", "cmp", "cut", "grep", "head", "ln", "mkdir", "mktemp", "mv", "rm", "sed")
_INSTALLERS = ("apt-get", "dnf", "snap", "curl")


@dataclass
class _Machine:
    root: Path
    os_id: str = "debian"
    there: tuple[str, ...] = ("curl",)
    stubs: Path = field(init=False)

    def __post_init__(self) -> None:
        self.stubs = self.root.parent / "stubs"
        (self.stubs / "bin").mkdir(parents=True)
        (self.stubs / "parameters").mkdir()
        cases = "\n".join(f"{name})\n{body}\n;;" for name, body in _STUBS.items())
        installs = "\n".join(
            f'*{package}*) ln -sf "$STUBS/stub" "$STUBS/bin/{program}" ;;' for package, program in _INSTALLED_BY.items()
        )
        stub = self.stubs / "stub"
        stub.write_text(
            '#!/bin/sh\nprintf "%s %s\\n" "$(basename "$0")" "$*" >>"$STUBS/calls"\n'
            f'install_stubs() {{\nfor word in "$@"; do\ncase "$word" in\n{installs}\nesac\ndone\n}}\n'
            f'case "$(basename "$0")" in\n{cases}\nesac\n'
        )
        stub.chmod(0o755)
        always = ("getent", "systemctl", "uname", "apt-get", "dnf", "snap", "chown")
        for name in (*always, *self.there):
            (self.stubs / "bin" / name).symlink_to(stub)
        for path, content in user_data.files("eu-central-1", "/p/config.toml", "/p/docker-config.json").items():
            self._write(path, content, 0o755 if path.startswith("/usr/local/sbin") else 0o644)
        self._write("/etc/os-release", f"ID={self.os_id}\n", 0o644)
        self.publish("glrt-fake-1")
        (self.stubs / "parameters" / "docker-config.json").write_text('{"credHelpers":{}}\n')

    def publish(self, token: str, runner_id: int = 7, text: str = "") -> None:
        declaration = {"name": "build", "docker": {"image": "ruby:3.4"}}
        (self.stubs / "parameters" / "config.toml").write_text(
            text or render(config(declaration, runner_id, token)) + "\n"
        )

    def run(self, path: str) -> subprocess.CompletedProcess[str]:
        (self.stubs / "calls").write_text("")
        environment = {
            "PATH": f"{self.stubs}/bin:{self._tools()}",
            "GITLAB_ECR_ROOT": str(self.root),
            "STUBS": str(self.stubs),
        }
        return subprocess.run(
            [str(self.root) + path], env=environment, capture_output=True, text=True, check=False, timeout=60
        )

    def calls(self) -> list[str]:
        return (self.stubs / "calls").read_text().splitlines()

    def files(self) -> dict[str, tuple[bytes, int, int]]:
        return {
            str(path.relative_to(self.root)): (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    @property
    def config(self) -> Path:
        return self.root / "etc/gitlab-runner/config.toml"

    @property
    def docker_config(self) -> Path:
        return self.root / "home/gitlab-runner/.docker/config.json"

    def _tools(self) -> Path:
        """The plain tools of every machine, and nothing that this one may have installed besides."""
        tools = self.stubs / "tools"
        if not tools.is_dir():
            tools.mkdir()
            for name in _TOOLS:
                found = shutil.which(name)
                assert found
                (tools / name).symlink_to(os.path.realpath(found))
        return tools

    def _write(self, path: str, content: str, mode: int) -> None:
        file = Path(str(self.root) + path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        file.chmod(mode)


@pytest.fixture
def machine(tmp_path: Path) -> _Machine:
    return _Machine(tmp_path / "root", there=("curl", "aws", "docker", "gitlab-runner", "docker-credential-ecr-login"))


@pytest.mark.parametrize("os_id", ["debian", "ubuntu", "amzn"])
def test_a_fresh_machine_becomes_a_runner_and_a_second_run_changes_nothing(tmp_path: Path, os_id: str) -> None:
    machine = _Machine(tmp_path / "root", os_id)
    first = machine.run(user_data.INSTALL)
    assert first.returncode == 0, first.stderr
    installer = "dnf install" if os_id == "amzn" else "apt-get install"
    installed = " ".join(call for call in machine.calls() if call.startswith(installer))
    for package in (
        "docker",
        "amazon-ecr-credential-helper",
        "awscli",
        "gitlab-runner_",
        "gitlab-runner-helper-images",
    ):
        assert package in installed
    assert "systemctl enable --now gitlab-ecr-runner.timer" in machine.calls()
    before = machine.files()
    second = machine.run(user_data.INSTALL)
    assert second.returncode == 0, second.stderr
    assert machine.files() == before
    assert not [call for call in machine.calls() if call.startswith(_INSTALLERS)]
    assert not [call for call in machine.calls() if call.startswith("systemctl enable")]


def test_where_the_archive_has_no_aws_the_snap_is_taken(tmp_path: Path) -> None:
    machine = _Machine(tmp_path / "root", "ubuntu")
    (machine.stubs / "no-awscli").touch()
    done = machine.run(user_data.INSTALL)
    assert done.returncode == 0, done.stderr
    assert "snap install aws-cli --classic" in machine.calls()


def test_another_distribution_is_refused_before_anything_is_installed(tmp_path: Path) -> None:
    machine = _Machine(tmp_path / "root", "gentoo")
    done = machine.run(user_data.INSTALL)
    assert done.returncode == 1
    assert "this machine is gentoo" in done.stderr
    assert not machine.calls()


def test_the_published_configuration_arrives_readable_by_its_owner_alone(machine: _Machine) -> None:
    done = machine.run(user_data.FETCH)
    assert done.returncode == 0, done.stderr
    assert 'token = "glrt-fake-1"' in machine.config.read_text()
    assert machine.docker_config.read_text() == '{"credHelpers":{}}\n'
    for path in (machine.config, machine.docker_config):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "glrt-fake-1" not in done.stdout + done.stderr + "".join(machine.calls())


def test_a_changed_parameter_arrives(machine: _Machine) -> None:
    machine.run(user_data.FETCH)
    changed = (machine.stubs / "parameters/config.toml").read_text().replace("ruby:3.4", "ruby:3.5")
    machine.publish("", text=changed)
    (machine.stubs / "parameters/docker-config.json").write_text('{"credHelpers":{"r.example.com":"ecr-login"}}\n')
    assert machine.run(user_data.FETCH).returncode == 0
    assert "ruby:3.5" in machine.config.read_text()
    assert "r.example.com" in machine.docker_config.read_text()


def test_a_token_that_the_runner_rotated_is_kept_while_the_rest_changes(machine: _Machine) -> None:
    machine.run(user_data.FETCH)
    rotated = machine.config.read_text().replace(
        'token = "glrt-fake-1"', '  token = "glrt-fake-rotated"\n  token_expires_at = 2026-12-01T00:00:00Z'
    )
    machine.config.write_text(rotated)
    machine.publish("", text=(machine.stubs / "parameters/config.toml").read_text().replace("ruby:3.4", "ruby:3.5"))
    assert machine.run(user_data.FETCH).returncode == 0
    now = machine.config.read_text()
    assert "ruby:3.5" in now
    assert '  token = "glrt-fake-rotated"\n  token_expires_at = 2026-12-01T00:00:00Z\n' in now
    assert "glrt-fake-1" not in now
    before = machine.files()
    machine.run(user_data.FETCH)
    assert machine.files() == before


def test_a_key_named_token_in_another_table_is_not_touched(machine: _Machine) -> None:
    tables = '\n[runners.labels]\nid = "x"\ntoken = "label"\n'
    globals_ = '[labels]\nid = "y"\ntoken = "global"\n\n'
    published = globals_ + (machine.stubs / "parameters/config.toml").read_text() + tables
    machine.publish("", text=published)
    machine.run(user_data.FETCH)
    machine.config.write_text(machine.config.read_text().replace("glrt-fake-1", "glrt-fake-rotated"))
    assert machine.run(user_data.FETCH).returncode == 0
    assert machine.config.read_text() == published.replace("glrt-fake-1", "glrt-fake-rotated")


def test_the_plugin_of_an_autoscaler_is_installed_when_the_configuration_changes(machine: _Machine) -> None:
    text = (machine.stubs / "parameters/config.toml").read_text() + '\n[runners.autoscaler]\nplugin = "aws:latest"\n'
    machine.publish("", text=text)
    machine.run(user_data.FETCH)
    assert [call for call in machine.calls() if call.startswith("gitlab-runner fleeting install --config ")]
    machine.run(user_data.FETCH)
    assert not [call for call in machine.calls() if "fleeting" in call]


def test_the_token_of_a_new_registration_replaces_the_present_one(machine: _Machine) -> None:
    machine.run(user_data.FETCH)
    machine.publish("glrt-fake-2", runner_id=8)
    assert machine.run(user_data.FETCH).returncode == 0
    assert 'token = "glrt-fake-2"' in machine.config.read_text()


@pytest.mark.parametrize("broken", ["concurrent = 1\n", "None\n", '[[runners]]\ntoken = "REFUSED"\n', "\n"])
def test_a_broken_parameter_does_not_replace_a_good_configuration(machine: _Machine, broken: str) -> None:
    machine.run(user_data.FETCH)
    before = machine.files()
    machine.publish("", text=broken)
    done = machine.run(user_data.FETCH)
    assert done.returncode == 1
    assert "The present configuration stays." in done.stderr
    assert machine.files() == before


def test_a_parameter_that_cannot_be_read_changes_nothing(machine: _Machine) -> None:
    machine.run(user_data.FETCH)
    before = machine.files()
    (machine.stubs / "parameters/docker-config.json").unlink()
    done = machine.run(user_data.FETCH)
    assert done.returncode == 1
    assert "/p/docker-config.json cannot be read: check the instance role" in done.stderr
    assert machine.files() == before


def test_a_runner_without_lint_is_not_asked_to(machine: _Machine) -> None:
    (machine.stubs / "no-lint").touch()
    assert machine.run(user_data.FETCH).returncode == 0
    assert not [call for call in machine.calls() if call.startswith("gitlab-runner lint")]


@pytest.mark.parametrize("path", [user_data.INSTALL, user_data.FETCH])
def test_shellcheck_has_nothing_to_say(machine: _Machine, path: str) -> None:
    done = subprocess.run([_SHELLCHECK, str(machine.root) + path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")

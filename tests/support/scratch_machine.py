"""A runner's machine in a scratch root: the real scripts and tools, and stubs that record what they were called with.

If the tests run as root, another user really does what the scripts do as the user gitlab-runner.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from runner_args import runner_args

from components.runner import user_data
from components.runner.config import config, render
from components.runner.packages import PACKAGES_KEY_FINGERPRINT, RUNNER_VERSION, Packages

IS_ROOT: Final = os.geteuid() == 0
USER: Final = 65534
"""Nobody, on every Linux."""
FINGERPRINT: Final = PACKAGES_KEY_FINGERPRINT
HELPER: Final = "a credential helper\n"
DIGEST: Final = hashlib.sha256(HELPER.encode()).hexdigest()

_AS_USER = f"""
import os, shutil, sys
program = shutil.which(sys.argv[1])
if os.geteuid() == 0:
    os.setgroups([]); os.setgid({USER}); os.setuid({USER})
os.execv(program, sys.argv[1:])
"""
_STUBS = {
    "aws": """
for word in "$@"; do case "$word" in /*) file="$STUBS/parameters/${word##*/}" ;; esac; done
[ -f "$file" ] || exit 254
cat "$file"
""",
    "getent": "echo 'gitlab-runner:x:999:999::/home/gitlab-runner:/bin/bash'",
    "runuser": f"""
[ -f "$STUBS/user-does-nothing" ] && exit 3
shift 3
exec {sys.executable} -I "$STUBS/as_user.py" "$@"
""",
    "gitlab-runner": """
case "$1" in
--help) [ -f "$STUBS/no-lint" ] || echo '   lint    validate syntax and keys of a config.toml file' ;;
--version) echo "Version:      $(cat "$STUBS/runner-version")" ;;
lint) ! grep -q REFUSED "$3" ;;
esac
""",
    "systemctl": """
case "$1" in
is-enabled) [ -f "$STUBS/timer-enabled" ] ;;
enable) [ "$3" = docker ] || : >"$STUBS/timer-enabled" ;;
esac
""",
    "uname": 'cat "$STUBS/hardware"',
    "curl": """
while [ "$1" != --output ]; do shift; done
case "$3" in
*/docker-credential-ecr-login) cat "$STUBS/helper" >"$2" ;;
*) : >"$2" ;;
esac
""",
    "gpg": 'cat "$STUBS/keys"',
    "apt-get": """
[ "$4" = awscli ] && [ -f "$STUBS/no-awscli" ] && exit 100
[ "$1" = update ] || install_stubs "$@"
""",
    "dnf": 'install_stubs "$@"',
    "snap": 'ln -sf "$STUBS/stub" "$STUBS/bin/aws"',
}
_INSTALLED_BY = {
    "awscli": "aws",
    "docker": "docker",
    "docker.io": "docker",
    "gnupg": "gpg",
    "gnupg2": "gpg",
    "gitlab-runner": "gitlab-runner",
}
_TOOLS = (
    *("sh", "cat", "chmod", "cmp", "cut", "env", "grep", "head", "install", "ln", "mkdir", "mktemp", "mv"),
    *("rm", "sed", "setsid", "sha256sum", "timeout"),
)
_ALWAYS = ("getent", "systemctl", "uname", "apt-get", "dnf", "snap", "runuser")
INSTALLERS: Final = ("apt-get", "dnf", "snap", "curl")


@dataclass
class Machine:
    """The machine's root, and beside it the stubs and what they answer."""

    root: Path
    os_release: str = "ID=debian\nVERSION_ID=13\nVERSION_CODENAME=trixie\n"
    there: tuple[str, ...] = ("curl", "gpg")
    helper: str = "ecr-login"
    packages: Packages = Packages(helper_sha256={"amd64": DIGEST})  # noqa: RUF009 - it is frozen
    stubs: Path = field(init=False)

    def __post_init__(self) -> None:
        self.stubs = self.root.parent / "stubs"
        (self.stubs / "bin").mkdir(parents=True)
        (self.stubs / "parameters").mkdir()
        (self.stubs / "as_user.py").write_text(_AS_USER)
        self._write_stub()
        for name in (*_ALWAYS, *self.there):
            (self.stubs / "bin" / name).symlink_to(self.stubs / "stub")
        made = user_data.files(
            "eu-central-1", "/p/config.toml", "/p/docker-config.json", packages=self.packages, helper=self.helper
        )
        for path, content in made.items():
            self.write(path, content, 0o755 if path.startswith("/usr/local/sbin") else 0o644)
        self.write("/etc/os-release", self.os_release, 0o644)
        self.home.mkdir(parents=True)
        if IS_ROOT:
            os.chown(self.home, USER, USER)
        self.answer("hardware", "x86_64")
        self.answer("keys", f"pub:-:4096:1:3F01618A51312F3F:1:::-:::scSC::\nfpr:::::::::{FINGERPRINT}:\n")
        self.answer("helper", HELPER)
        self.answer("runner-version", RUNNER_VERSION)
        self.publish("glrt-fake-1")
        self.answer("parameters/docker-config.json", '{"credHelpers":{}}\n')

    @property
    def home(self) -> Path:
        return self.root / "home/gitlab-runner"

    @property
    def config(self) -> Path:
        return self.root / "etc/gitlab-runner/config.toml"

    @property
    def docker_config(self) -> Path:
        return self.home / ".docker/config.json"

    def answer(self, name: str, text: str) -> None:
        (self.stubs / name).write_text(text)

    def publish(self, token: str, runner_id: int = 7, text: str = "") -> None:
        declaration = {"name": "build", "docker": {"image": "ruby:3.4"}}
        self.answer("parameters/config.toml", text or render(config(runner_args(declaration), runner_id, token)) + "\n")

    def published(self) -> str:
        return (self.stubs / "parameters/config.toml").read_text()

    def run(self, path: str) -> subprocess.CompletedProcess[str]:
        self.answer("calls", "")
        environment = {
            "PATH": f"{self.stubs}/bin:{self._tools()}",
            "GITLAB_ECR_ROOT": str(self.root),
            "STUBS": str(self.stubs),
        }
        return subprocess.run(
            [str(self.root) + path],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def calls(self) -> list[str]:
        return (self.stubs / "calls").read_text().splitlines()

    def files(self) -> dict[str, tuple[bytes, int, int]]:
        return {
            str(path.relative_to(self.root)): (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }

    def write(self, path: str, content: str, mode: int) -> None:
        file = Path(str(self.root) + path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        file.chmod(mode)

    def _write_stub(self) -> None:
        cases = "\n".join(f"{name})\n{body}\n;;" for name, body in _STUBS.items())
        installs = "\n".join(
            f'{package}|{package}[=-]*) ln -sf "$STUBS/stub" "$STUBS/bin/{program}" ;;'
            for package, program in _INSTALLED_BY.items()
        )
        self.answer(
            "stub",
            '#!/bin/sh\nprintf "%s %s\\n" "${0##*/}" "$*" >>"$STUBS/calls"\n'
            f'install_stubs() {{\nfor word in "$@"; do\ncase "$word" in\n{installs}\nesac\ndone\n}}\n'
            f'case "${{0##*/}}" in\n{cases}\nesac\n',
        )
        (self.stubs / "stub").chmod(0o755)

    def _tools(self) -> Path:
        """The plain tools of every machine, without anything else that this one has installed."""
        tools = self.stubs / "tools"
        if not tools.is_dir():
            tools.mkdir()
            for name in _TOOLS:
                found = shutil.which(name)
                assert found, name
                (tools / name).symlink_to(os.path.realpath(found))
        return tools

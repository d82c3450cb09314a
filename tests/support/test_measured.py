"""The processes of measured tests are measured, too, and do what they do without that."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import measured
import pytest

_ROOT = measured.ROOT


def _seen(folder: Path) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for file in folder.glob("*.json"):
        for name, lines in json.loads(file.read_text()).items():
            found.setdefault(name.removeprefix(f"{_ROOT}/"), set()).update(lines)
    return found


def _run(folder: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, measured.__file__, str(folder), *arguments]
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_the_lines_that_a_process_ran_are_kept(tmp_path: Path) -> None:
    done = _run(tmp_path, _ROOT, "components.cli", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("gitlab-ecr ")
    seen = _seen(tmp_path)
    assert "components/cli/version.py" in seen
    assert all(name.startswith("components/") for name in seen)


def test_those_of_a_process_that_kills_itself_and_of_its_own_processes_are_kept(tmp_path: Path) -> None:
    program = tmp_path / "ends.py"
    program.write_text(
        "import os, signal, subprocess, sys\n"
        "subprocess.run([sys.executable, '-m', 'rehearsal.engine.provider', 'x'], cwd=sys.argv[1], check=False)\n"
        "import components.names.gitlab_release\n"
        "os.setpgid(0, 0)\n"
        "os.killpg(0, signal.SIGKILL)\n"
    )
    done = _run(tmp_path, tmp_path, "ends", str(_ROOT))
    assert done.returncode == -9, done.stderr
    assert {"rehearsal/engine/provider.py", "components/names/gitlab_release.py"} <= _seen(tmp_path).keys()


@pytest.mark.parametrize(
    ("command", "changed"),
    [
        ([sys.executable, "-m", "rehearsal.cloud.launcher", "x"], True),
        ([sys.executable, "-m", "components.cli", "--version"], False),
        ([sys.executable, str(_ROOT / "bench"), ""], False),
        ([sys.executable, "-c", "pass"], False),
        (["podman", "-m", "rehearsal"], False),
        ("true", False),
    ],
)
def test_only_modules_of_ours_are_started_otherwise(command: list[str] | str, changed: bool, tmp_path: Path) -> None:
    found = measured._measured(command, tmp_path)
    wanted = [sys.executable, measured.__file__, str(tmp_path), *command[2:]] if changed else command
    assert found == wanted


def test_the_plugin_is_started_from_its_folder_with_the_same_options(tmp_path: Path) -> None:
    plugin = str(_ROOT / "plugin")
    found = measured._measured([sys.executable, "-W", "ignore", plugin, ""], tmp_path)
    assert found == [sys.executable, "-W", "ignore", measured.__file__, str(tmp_path), plugin, ""]
    assert measured._measured(found, tmp_path) == found, "two blocks, one inside the other, measure it once"


def test_the_lines_of_a_process_that_is_ended_from_outside_are_kept(tmp_path: Path) -> None:
    (tmp_path / "waits.py").write_text(
        "import signal\nimport components.names.gitlab_release\nprint('ready', flush=True)\nsignal.pause()\n"
    )
    command = [sys.executable, measured.__file__, str(tmp_path), "waits"]
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.terminate()
    assert process.returncode == -signal.SIGTERM
    assert "components/names/gitlab_release.py" in _seen(tmp_path)

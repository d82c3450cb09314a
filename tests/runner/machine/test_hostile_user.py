"""The user gitlab-runner, as which a shell executor's jobs run, against the timer of root that serves it."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from scratch_machine import IS_ROOT, USER, Machine

from components.runner import user_data

_ONLY_ROOT = pytest.mark.skipif(not IS_ROOT, reason="only root can become another user, as the machine's timer does")
_OF_ROOT = "root's own\n"


def _target(machine: Machine) -> Path:
    """A file that root alone may write."""
    machine.write("/etc/sudoers", _OF_ROOT, 0o600)
    return machine.root / "etc/sudoers"


def _link_in_place_of_the_file(machine: Machine) -> None:
    (machine.home / ".docker").mkdir()
    machine.docker_config.symlink_to(_target(machine))


def _link_in_place_of_the_folder(machine: Machine) -> None:
    (machine.home / ".docker").symlink_to(_target(machine).parent)


def _link_to_a_folder_in_place_of_the_file(machine: Machine) -> None:
    (machine.home / ".docker").mkdir()
    machine.docker_config.symlink_to(_target(machine).parent)


def _link_to_nothing_in_place_of_the_folder(machine: Machine) -> None:
    (machine.home / ".docker").symlink_to(machine.root / "etc/made-by-root")


def _link_in_a_circle(machine: Machine) -> None:
    (machine.home / ".docker").symlink_to(machine.home / ".docker")


def _hard_link(machine: Machine) -> None:
    (machine.home / ".docker").mkdir()
    os.link(_target(machine), machine.docker_config)


def _pipe_in_place_of_the_file(machine: Machine) -> None:
    (machine.home / ".docker").mkdir()
    os.mkfifo(machine.docker_config)


def _pipe_in_place_of_the_folder(machine: Machine) -> None:
    os.mkfifo(machine.home / ".docker")


def _folder_in_place_of_the_file(machine: Machine) -> None:
    (machine.docker_config / "full").mkdir(parents=True)


def _file_in_place_of_the_folder(machine: Machine) -> None:
    (machine.home / ".docker").write_text("no folder\n")


def _closed_folder(machine: Machine) -> None:
    (machine.home / ".docker").mkdir(mode=0o000)


def _name_of_an_option(machine: Machine) -> None:
    (machine.home / ".docker").mkdir()
    (machine.home / ".docker/--reference=x").write_text("")
    machine.docker_config.symlink_to("--reference=x")


_TRAPS = [
    _link_in_place_of_the_file,
    _link_in_place_of_the_folder,
    _link_to_a_folder_in_place_of_the_file,
    _link_to_nothing_in_place_of_the_folder,
    _link_in_a_circle,
    _hard_link,
    _pipe_in_place_of_the_file,
    _pipe_in_place_of_the_folder,
    _folder_in_place_of_the_file,
    _file_in_place_of_the_folder,
    _closed_folder,
    _name_of_an_option,
]
_each_trap = pytest.mark.parametrize("trap", _TRAPS, ids=lambda trap: trap.__name__.strip("_"))
Trap = Callable[[Machine], None]


def _set(machine: Machine, trap: Trap) -> None:
    """As that user would: everything it makes belongs to that user, except a hard link to a file of root."""
    trap(machine)
    if IS_ROOT:
        for path in [machine.home, *machine.home.rglob("*")]:
            if path.is_symlink() or path.stat().st_nlink == 1 or path.is_dir():
                os.chown(path, USER, USER, follow_symlinks=False)


def _seen(folder: Path) -> dict[str, tuple[int, ...]]:
    """Everything below a folder: what it is, whose, and when it was changed; links are not followed."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        state = path.lstat()
        found[str(path)] = (
            state.st_mode,
            state.st_uid,
            state.st_gid,
            state.st_ino,
            state.st_mtime_ns,
            state.st_ctime_ns,
        )
    return found


@_each_trap
def test_root_itself_touches_nothing_below_the_users_home(machine: Machine, trap: Trap) -> None:
    """The user's own part does nothing here, so whatever changes would be root's doing."""
    _set(machine, trap)
    machine.answer("user-does-nothing", "")
    home = _seen(machine.home)
    done = machine.run(user_data.FETCH)
    assert done.returncode == 0, done.stderr
    assert _seen(machine.home) == home
    assert 'token = "glrt-fake-1"' in machine.config.read_text()


@_ONLY_ROOT
@_each_trap
def test_no_trap_in_the_home_reaches_a_file_of_root(machine: Machine, trap: Trap) -> None:
    target = _target(machine)
    before = target.lstat()
    _set(machine, trap)
    etc = {path.name for path in (machine.root / "etc").iterdir()}
    done = machine.run(user_data.FETCH)
    assert target.read_text() == _OF_ROOT
    after = target.lstat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, 0, 0)
    assert {path.name for path in (machine.root / "etc").iterdir()} == etc | {"gitlab-runner"}
    # The runner's own configuration never waits for that user, and the published file arrives or an error says why.
    assert 'token = "glrt-fake-1"' in machine.config.read_text()
    arrived = stat.S_ISREG(os.lstat(machine.docker_config).st_mode) if done.returncode == 0 else False
    assert arrived or "look at what is there" in done.stderr


@_ONLY_ROOT
def test_the_files_that_arrive_belong_to_the_user(machine: Machine) -> None:
    assert machine.run(user_data.FETCH).returncode == 0
    for path in (machine.docker_config.parent, machine.docker_config):
        assert (path.stat().st_uid, path.stat().st_gid) == (USER, USER)
    assert stat.S_IMODE(machine.docker_config.stat().st_mode) == 0o600


def test_nothing_of_roots_environment_is_passed_to_the_user(machine: Machine) -> None:
    machine.run(user_data.FETCH)
    (call,) = [call for call in machine.calls() if call.startswith("runuser ")]
    assert call.startswith("runuser -u gitlab-runner -- env -i PATH=")
    assert "glrt-fake-1" not in call


def test_staging_leaves_nothing_behind_and_is_closed_to_others(machine: Machine) -> None:
    machine.run(user_data.FETCH)
    assert [path.name for path in machine.config.parent.iterdir()] == ["config.toml"]
    assert stat.S_IMODE(machine.config.parent.stat().st_mode) == 0o700
    machine.answer("parameters/config.toml", "broken")
    machine.run(user_data.FETCH)
    assert [path.name for path in machine.config.parent.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("word", ["chown", "chmod", "su "])
def test_the_script_changes_no_owner_and_no_mode_by_path(machine: Machine, word: str) -> None:
    code = [line for line in (machine.root / user_data.FETCH[1:]).read_text().splitlines() if not line.startswith("#")]
    assert not [line for line in code if word in line]

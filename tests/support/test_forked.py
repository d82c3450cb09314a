"""A process of a fork server behaves as one of `subprocess`, and sees nothing of the server but what it imported."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from forked import Forked, ForkServer

Start = Callable[..., Forked]


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    server = ForkServer(["colorsys"])
    yield server
    server.stop()
    assert not Path(server.address).parent.exists()


@pytest.fixture
def start(server: ForkServer, tmp_path: Path) -> Start:
    def started(program: str, *, survives: bool = False) -> Forked:
        script = tmp_path / "program.py"
        script.write_text(program)
        return Forked(
            server.address,
            [sys.executable, str(script), "one"],
            env={"ONLY": "this"},
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            start_new_session=survives,
        )

    return started


def test_it_reads_and_writes_as_a_process_of_its_own(start: Start) -> None:
    with start("import sys\nprint(input(), sys.argv[1:], __name__)\nsys.exit(3)") as process:
        process.stdin.write("asked\n")
        assert process.stdout.read() == "asked ['one'] __main__\n"
        assert process.wait(10) == process.poll() == 3


def test_it_has_its_own_folder_environment_and_path(start: Start, tmp_path: Path) -> None:
    with start("import os, sys\nprint(os.getcwd(), dict(os.environ), sys.path[0])") as process:
        assert process.stdout.read() == f"{tmp_path} {{'ONLY': 'this'}} {tmp_path}\n"
        assert process.wait(10) == 0


def test_it_finds_what_the_server_imported_and_nothing_of_the_servers_folder(start: Start) -> None:
    program = "import sys, importlib.util\nprint('colorsys' in sys.modules, importlib.util.find_spec('forked'))"
    with start(program) as process:
        assert process.stdout.read() == "True None\n"


def test_an_error_is_printed_as_the_interpreter_prints_it(start: Start) -> None:
    with start("raise ValueError('bad luck')") as process:
        assert process.stdout.read() == ""
        assert process.stderr is not None
        assert process.stderr.read().endswith("\nValueError: bad luck\n")
        assert process.wait(10) == 1


def test_it_can_be_waited_for_and_ended(start: Start) -> None:
    with start("input()") as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        assert process.poll() is None
        process.terminate()
        assert process.wait(10) == -signal.SIGTERM


@pytest.mark.parametrize("survives", [False, True])
def test_it_ends_with_who_started_it_unless_in_a_session_of_its_own(
    server: ForkServer, tmp_path: Path, survives: bool
) -> None:
    (tmp_path / "hangs.py").write_text(
        "import os, time\nprint(os.getsid(0) == os.getpid(), flush=True)\ntime.sleep(60)"
    )
    starter = (
        "import os, signal, sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from forked import Forked\n"
        f"process = Forked(sys.argv[1], [sys.executable, 'hangs.py'], env={{}}, cwd='.', stderr=-1,"
        f" start_new_session={survives})\n"
        "print(process.pid, process.stdout.readline(), end='', flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = [sys.executable, "-c", starter, server.address]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    pid, session = done.stdout.split()
    assert session == str(survives)
    if survives:
        os.kill(int(pid), 0)
        os.kill(int(pid), signal.SIGKILL)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)

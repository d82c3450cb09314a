"""`gitlab-runner run --config FILE`, and `gitlab-runner --version`."""

import argparse
import contextlib
import signal
import sys
import threading
import tomllib
from pathlib import Path
from typing import Any

from scripted_runner.coordinator import Coordinator
from scripted_runner.docker_api import Docker
from scripted_runner.job import Job

VERSION = "18.3.0"


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"Version:      {VERSION}\nGit revision: scripted\nOS/Arch:      linux/amd64\n")
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["run"])
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--working-directory", type=Path, required=True)
    options = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    document = tomllib.loads(options.config.read_text())
    options.config.with_name(".runner_system_id").write_text("s_0123456789ab")
    for runner in document["runners"]:
        _work(document, runner, stop)


def _work(document: dict[str, Any], runner: dict[str, Any], stop: threading.Event) -> None:
    """Asks again at once after a job, and after the interval without one."""
    coordinator = Coordinator(runner, VERSION)
    slots = threading.Semaphore(document.get("concurrent", 1))

    def one(found: dict[str, Any]) -> None:
        with contextlib.suppress(BrokenPipeError):
            Job(found, runner, coordinator, Docker(runner["docker"]["host"]), VERSION).run()
        slots.release()

    while not stop.is_set():
        slots.acquire()  # the job's thread releases it
        found = coordinator.request()
        if found is None:
            slots.release()
            stop.wait(document.get("check_interval") or 3)
            continue
        threading.Thread(target=one, args=(found,)).start()


if __name__ == "__main__":
    main()

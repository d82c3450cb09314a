"""Runs jobs from GitLab's queue in containers, and checks what `doctor` says about those that fail."""

import json
import secrets
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from components.cli.doctor.causes.cause import Cause
from rehearsal import command_line
from rehearsal.cloud.images import archive_of, image_of
from rehearsal.cloud.programs import files_layer, shell_layer
from rehearsal.consumers import Consumer
from rehearsal.gitlab.job_control import JobSeen
from rehearsal.gitlab.jobs import JobRequest
from rehearsal.program import Program
from rehearsal.world import World

from .docker import Docker
from .machine import Machine, found
from .podman import Podman, short_folder
from .runner_config import MachineParts, adjusted
from .runner_process import RunnerProcess
from .takers import JobRunner, takers
from .wanted import FAILED, RAN, WantedJob, wanted

_HELPER_IMAGE: Final = "localhost/rehearsal-helper:1"
_BUILD: Final = b"#!/bin/sh\numask 0000\nexec /bin/sh\n"
"""What the runner's helper image starts with: a shell that reads the runner's script."""
_GIT: Final = b'#!/bin/sh\n[ "$1" = credential ] && cat > /dev/null\nexit 0\n'
"""A stand-in for git. No job has a repository, but the runner calls git nevertheless, to configure it."""
_INSIDE: Final = "inside.txt"
_LIMIT: Final = 180.0
_AT_ONCE: Final = 4


class JobRunsError(Exception):
    """Jobs could not be tried, or did not end."""


@dataclass(frozen=True)
class JobRun:
    """One job: expected from the declaration, actual from its runner.

    Attributes:
        image: the repository's name in the matrix.
        words: what the job printed from inside the image, or the line with which the runner ended it.
        cause: the cause that `doctor --job-log` named for a failed job; empty if none.
        fix: the fix that `doctor` gave.
        right: whether everything is as declared.
    """

    who: str
    image: str
    runner: str
    expected: str
    actual: str
    words: str
    cause: str = ""
    fix: str = ""
    right: bool = True

    @property
    def mistake(self) -> str:
        """What is not as declared, for a person."""
        doctor = f" (doctor: {self.cause or 'no known cause'})" if self.actual == FAILED else ""
        return (
            f"a job of {self.who} in {self.image} on {self.runner}: declared to have {self.expected}, was: "
            f"{self.actual}: {self.words}{doctor}"
        )


@dataclass(frozen=True)
class JobResults:
    """The results of all jobs, and how the runners' files differ from what the stack rendered."""

    by: str
    jobs: Sequence[JobRun]
    adjusted: Mapping[str, Sequence[str]]
    left_out: Sequence[str]
    made_up: Sequence[str]


def prepared(world: World, undo: ExitStack) -> "JobRuns | str":
    """What can run jobs here, which `undo` stops at the end; or what this machine lacks."""
    machine = found()
    if isinstance(machine, str):
        return machine
    made = JobRuns(world, machine)
    undo.callback(made.stop)
    return made


class JobRuns:
    """Starts the container engine in the background, then runs the jobs. Use it as a context manager.

    Args:
        world: where everything is.
        machine: the programs.
    """

    def __init__(self, world: World, machine: Machine) -> None:
        self._world, self._machine = world, machine
        self._undo = ExitStack()
        self._folder = Path(tempfile.mkdtemp(prefix="rehearsal-jobs-", dir=short_folder(tempfile.gettempdir())))
        self._undo.callback(shutil.rmtree, self._folder, ignore_errors=True)
        pool = self._undo.enter_context(ThreadPoolExecutor(1))
        self._shell = shell_layer(machine.busybox, machine.commands)
        self._engine: Future[tuple[Podman | Docker, str]] = pool.submit(self._start)

    def run(self, program: Program, declaration: Mapping[str, Any], consumers: Sequence[Consumer]) -> JobResults:
        """Runs every job to its end.

        Raises:
            EngineError: the engine cannot run a container here.
            JobRunsError: a job did not end.
        """
        engine, helper = self._engine.result()
        takers_, left_out = takers(self._world, program, declaration)
        jobs = wanted(self._world, declaration, consumers, takers_)
        here = MachineParts(engine.socket, helper, self._world.gitlab_ca_file)
        numbers, words = self._queue(jobs)
        notes: dict[str, Sequence[str]] = {}
        with ExitStack() as running:
            started: list[RunnerProcess] = []
            for taker in takers_:
                if any(job.taker is taker for job in jobs):
                    process, notes[taker.name] = self._runner(taker, here)
                    running.callback(process.stop)
                    started.append(process)
            if not self._world.gitlab.jobs.wait(numbers, _LIMIT):
                raise JobRunsError(self._unfinished(jobs, numbers, started))
        seen = [self._world.gitlab.jobs.seen(number) for number in numbers]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            results = list(pool.map(self._judged, jobs, seen, words))
        made_up = list(dict.fromkeys(f"in GitLab, {job.project}: {job.made_up}" for job in jobs if job.made_up))
        return JobResults(f"{self._machine.name} and {engine.name}", results, notes, left_out, made_up)

    def stop(self) -> None:
        """Stops the engine, and removes all of its files."""
        self._undo.close()

    def _start(self) -> tuple[Podman | Docker, str]:
        folder, cloud, docker = self._folder / "engine", self._world.cloud, self._machine.docker
        folder.mkdir()
        engine = Docker(cloud, docker, folder) if docker else Podman(cloud, folder)
        self._undo.callback(engine.stop)
        helper = self._machine.helper.read_bytes()
        programs = {"gitlab-runner-helper": helper, "gitlab-runner-build": _BUILD, "git": _GIT}
        layer = files_layer({f"usr/bin/{name}": content for name, content in programs.items()}, 0o755)
        engine.load(archive_of([self._shell, layer], _HELPER_IMAGE), _HELPER_IMAGE)
        engine.api.run(_HELPER_IMAGE, ["sh", "-c", "true"])
        return engine, engine.api.image_id(_HELPER_IMAGE)

    def _runner(self, taker: JobRunner, here: MachineParts) -> tuple[RunnerProcess, list[str]]:
        folder = self._folder / taker.name.replace(" ", "-")
        folder.mkdir()
        config, notes = adjusted(taker.config, here)
        process = RunnerProcess(self._machine, self._world, folder, config, taker.docker_config, taker.environment)
        return process, notes

    def _queue(self, jobs: Sequence[WantedJob]) -> tuple[list[int], list[str]]:
        """Queues every job. Each has its own image, with a text that only a job inside it can print."""
        numbers: list[int] = []
        words: list[str] = []
        for count, job in enumerate(jobs, 1):
            inside = f"hello from inside {job.image.label}, {secrets.token_hex(8)}"
            tag = f"job-{count}"
            layer = files_layer({_INSIDE: f"{inside}\n".encode()})
            host, repository = job.image.host, job.image.repository
            self._world.cloud.registry.push(host, repository, tag, image_of([self._shell, layer]))
            request = JobRequest(
                name=f"job {count}",
                script=[f"cat /{_INSIDE}"],
                image=f"{host}/{repository}:{tag}",
                tags=job.taker.tags,
                environment=job.environment,
                ref_type=job.ref[0],
                ref=job.ref[1],
                variables={"GIT_STRATEGY": "none", **job.keywords.get("variables", {})},
                id_tokens=job.keywords.get("id_tokens", {}),
                secrets=job.keywords.get("secrets", {}),
            )
            numbers.append(self._world.gitlab.jobs.create(job.project, request))
            words.append(inside)
        return numbers, words

    def _judged(self, job: WantedJob, seen: JobSeen, inside: str) -> JobRun:
        common = {"who": job.who, "image": job.image.label, "runner": job.taker.name, "expected": job.expected}
        if seen.status == "success":
            ran = inside in seen.log
            words = inside.partition(",")[0] if ran else "the job succeeded and printed nothing from inside its image"
            return JobRun(**common, actual=RAN, words=words, right=ran and job.expected == RAN)
        cause, fix = self._doctor(seen.log)
        right = (job.expected == FAILED and cause in job.causes) or (
            # The stack's own runner takes none of these images, whoever may pull them.
            cause == Cause.IMAGE_NOT_ALLOWED.value and "allowed_images" in job.taker.config
        )
        return JobRun(**common, actual=FAILED, words=_last_error(seen.log), cause=cause, fix=fix, right=right)

    def _doctor(self, log: str) -> tuple[str, str]:
        run = command_line.run(self._world, "doctor", "--job-log", "-", "--json", typed=log)
        try:
            answer: dict[str, Any] = json.loads("\n".join(run.output))
        except ValueError:
            raise JobRunsError(run.words) from None
        finding: dict[str, str] = answer.get("finding") or {}
        return finding.get("cause", ""), f"{finding['what']}. Fix: {finding['fix']}" if finding else ""

    def _unfinished(self, jobs: Sequence[WantedJob], numbers: Sequence[int], started: Sequence[RunnerProcess]) -> str:
        waiting = [
            f"the job of {job.who} in {job.image.label} is {seen.status} after {_LIMIT:.0f} s"
            for job, number in zip(jobs, numbers, strict=True)
            if (seen := self._world.gitlab.jobs.seen(number)).status in ("pending", "running")
        ]
        return "\n".join([*waiting, *(f"{self._machine.name}: {process.last_words()}" for process in started)])


def _last_error(log: str) -> str:
    """The line with which the runner ended the job, without its colours."""
    lines = [line.strip() for line in _plain(log).splitlines() if line.strip()]
    return next((line for line in reversed(lines) if line.startswith("ERROR: ")), lines[-1] if lines else "")


def _plain(log: str) -> str:
    text = log.replace("\x1b[0;m", "")
    parts = text.split("\x1b[")
    return parts[0] + "".join(part.partition("m")[2] if "m" in part[:8] else part for part in parts[1:])

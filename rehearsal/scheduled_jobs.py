"""The rotator's runs in GitLab: the first is started by hand, the others when their pipeline schedule is due."""

import json
import subprocess
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import quote

from components.names.registry_host import partition_of

from . import command_line, id_tokens, jobs
from .command_line import CommandRun
from .program import Program
from .rotations import RotationError, Rotations
from .world import World

_BEFORE_A_RUN: Final = timedelta(seconds=60)  # as with a Lambda: time to look at the tokens before they are replaced
_REPORT: Final = '{"gitlab_ecr_report"'
_INPUTS: Final = ("prefix", "account", "region", "role_path")


class Watched(Protocol):
    """The runs of a rotator, wherever it runs."""

    interval: timedelta
    reports: list[dict[str, Any]]

    def next_run(self, check: Callable[[], None]) -> dict[str, Any]:
        """Moves time to the next run; `check` is called just before it."""
        ...

    def by_hand(self) -> tuple[CommandRun, dict[str, Any]]:
        """One run by the command line, and its report."""
        ...

    def store_token(self, token: str) -> CommandRun:
        """Stores the GitLab token by the command line, and rotates with it."""
        ...

    def renewal(self) -> str:
        """What the renewal of the GitLab token says."""
        ...


def rotations(world: World, program: Program, declaration: Mapping[str, Any]) -> Watched:
    """The runs of the declared rotator, wherever it runs.

    Raises:
        RotationError: the first one left no report, or in GitLab failed.
    """
    return (
        ScheduledJobs(world, program, declaration)
        if "job" in declaration.get("rotation", {})
        else Rotations(world, program)
    )


class ScheduledJobs:
    """Watches a declaration's pipeline schedules, and moves time under them.

    Attributes:
        interval: from one run of the rotation to the next.
        reports: every run's report, oldest first.
    """

    def __init__(self, world: World, program: Program, declaration: Mapping[str, Any]) -> None:
        self._world = world
        job = declaration["rotation"]["job"]
        self._project, self._branch = job["project"], job.get("branch", "main")
        inputs = {key: declaration[key] for key in _INPUTS if key in declaration}
        where = {"partition": partition_of(world.region), "audience": id_tokens.aud_of(declaration)}
        self._jobs = jobs.template_jobs({**inputs, **where})
        self._description = f"{declaration['prefix']}-rotator"
        self._bucket: str = program.outputs["rotator"]
        self.reports: list[dict[str, Any]] = []
        first = self._due(world.cloud.now())
        self.interval = self._due(first) - first
        self._run()

    def next_run(self, check: Callable[[], None]) -> dict[str, Any]:
        """Moves time until the schedule is due; `check` is called just before the run.

        Returns:
            The run's report.

        Raises:
            RotationError: the job left no report.
        """
        left = self._due(self._world.cloud.now()) - self._world.cloud.now()
        self._world.cloud.move(max((left - _BEFORE_A_RUN).total_seconds(), 0.0))
        check()
        self._world.cloud.move(_BEFORE_A_RUN.total_seconds())
        return self._run()

    def by_hand(self) -> tuple[CommandRun, dict[str, Any]]:
        """The schedule, started by the command line, and the job that this starts.

        Raises:
            RotationError: no job started, or its log has no report.
        """
        run = command_line.run(self._world, "rotate", "--bucket", self._bucket)
        if run.exit_code:
            raise RotationError(run.words)
        process = self._job(self._description)
        report = self._read(process)
        output = [*run.output, *process.stderr.splitlines()]
        return CommandRun(run.command, process.returncode, output), report

    def store_token(self, token: str) -> CommandRun:
        """Stores the GitLab token by the command line; the next job rotates with it.

        Raises:
            RotationError: it was not stored, or the job has no report.
        """
        run = command_line.run(self._world, "token", "set", "--bucket", self._bucket, typed=f"{token}\n")
        if run.exit_code:
            raise RotationError(run.words)
        self._run()
        return run

    def renewal(self) -> str:
        """What the other schedule's job, the renewal of the GitLab token, says.

        Raises:
            RotationError: it failed.
        """
        description = self._description.replace("-rotator", "-token-renewal")
        lines = self._done(description, self._job(description)).splitlines()
        return json.loads(lines[-1])["gitlab_ecr_renewal"]["done"]

    def _run(self) -> dict[str, Any]:
        return self._read(self._job(self._description))

    def _read(self, process: subprocess.CompletedProcess[str]) -> dict[str, Any]:
        lines = [line for line in process.stdout.splitlines() if line.startswith(_REPORT)]
        reports = [json.loads(line)["gitlab_ecr_report"] for line in lines]
        # A rotation that failed says so in its report, which the caller reads; a job that failed otherwise, here.
        if not reports or reports[-1]["ok"]:
            self._done(self._description, process)
        if not reports:
            raise RotationError(f"the job {self._description} left no report")
        self.reports += reports
        return self.reports[-1]

    def _job(self, description: str) -> subprocess.CompletedProcess[str]:
        done = jobs.run(self._world, jobs.Pipeline(self._project, self._branch, description), self._jobs)
        if [*done] != [description]:
            raise RotationError(f"the schedule {description} started {[*done] or 'no job'}, not the job of its name")
        return done[description]

    def _done(self, description: str, process: subprocess.CompletedProcess[str]) -> str:
        if process.returncode:
            words = (process.stderr or process.stdout).strip().splitlines() or ["without a word"]
            raise RotationError(f"the job {description} failed: {words[-1]}")
        return process.stdout

    def _due(self, after: datetime) -> datetime:
        """When GitLab runs the rotation's schedule next."""
        path = f"projects/{quote(self._project, safe='')}/pipeline_schedules"
        _, found = self._world.gitlab_api("GET", path, {})
        schedule = next(each for each in found if each["description"] == self._description)
        return self._world.gitlab.next_run(self._project, schedule["id"], after)

"""The rehearsal, step by step. Each step raises an error when something is not as it should be."""

import tempfile
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from . import (
    consumers,
    faults,
    intervals,
    job_secrets,
    key_holders,
    program,
    pullers,
    pulls,
    pushes,
    runners,
    token_steps,
)
from .accesses import needs_rotator_token
from .adapter.adapter import Adapter
from .consumers import Auths, Consumer
from .environment import exports
from .findings import Findings
from .interrupts import held_back
from .job_runs.docker_api import EngineError
from .job_runs.job_runs import prepared
from .key_holders import KeyHolder
from .left_out import left_out
from .made_up import made_up
from .pullers import Programs
from .renewal import first_by_aws, renew
from .scheduled_jobs import rotations
from .stack_file import StackFile
from .stand_ins import for_this_run
from .variables import look
from .world import World
from .wrong import RehearsalError, in_words, refuse


class Rehearsal(AbstractContextManager["Rehearsal"]):
    """A stack file's rehearsal. Creating one starts AWS, GitLab and the registry; `up` has to be the first step.

    Use it as a context manager.

    Attributes:
        world: what runs on this machine; tests break things in it between two steps.
        findings: what was seen so far.
    """

    def __init__(self, stack_file: StackFile, say: Callable[[str], None]) -> None:
        self._stack_file = stack_file
        self._say = say
        self._declaration = stack_file.declaration
        self.findings = Findings()
        with self._timed("start"):
            self._programs = Programs.find()
            say("Starting AWS, GitLab and the registry on loopback")
            with ExitStack() as undo:
                with held_back():
                    self.world = undo.enter_context(World(stack_file.declaration))
                    self._job_runs = prepared(self.world, undo)
                self._undo = undo.pop_all()
        self.findings.registry_host = self.world.registry_host
        self.findings.made_up = list(made_up(self.world))
        self._consumers: list[Consumer] = []
        self._holders: list[KeyHolder] = []
        self._first_auths: dict[Consumer, Auths] = {}

    def up(self) -> None:
        """Runs the program: every resource, and the first rotation at its end.

        Raises:
            RehearsalError: a resource failed, the first rotation among them.
        """
        self._say(f"Running __main__.py with stack {self._stack_file.stack}")
        with self._timed("up"):
            self.findings.token_set = token_steps.adopt_secret(self.world, self._declaration, self._say)
            adapter = Adapter(self.world)
            config, replaced = for_this_run(self._stack_file.config, self.world.gitlab_ca, self.world.cloud.proxy_url)
            secret = {path.partition(".")[0].partition("[")[0] for path in self._stack_file.stand_ins}
            with ThreadPoolExecutor(1) as beside:  # the program pulls nothing
                pushed = beside.submit(self.world.push_images)
                made = program.run(
                    self._stack_file.stack, config, adapter, secret, with_token=bool(self.world.administrator_token)
                )
                pushed.result()
        self.findings.program = made
        unproven = [adapter.unproven(each.type) for each in made.resources]
        self.findings.not_rehearsed = [*left_out(self._stack_file, unproven, replaced), *self._programs.missing()]
        with in_words():
            first_by_aws(self.world, made)
            self._rotations = rotations(self.world, made, self._declaration)
            if not needs_rotator_token(self._declaration):
                token_steps.no_token(self._rotations, self._say)
            elif not self.findings.token_set:
                waited, stored = token_steps.store_token(self.world, self._rotations, self._say)
                self.findings.waited, self.findings.token_set = waited, stored
        self.findings.rotations = self._rotations.reports
        self._consumers = list(consumers.rotated(self.world, self._declaration))
        self._first_auths = {consumer: consumer.auths() for consumer in self._consumers}
        self._holders = key_holders.holders(self.world, self._declaration, made)

    def read_runners(self) -> None:
        """Reads what the runners' machines would fetch, as a runner reads it.

        Raises:
            RehearsalError: an image would get another credential than the one declared for it.
        """
        declaration = self._stack_file.declaration
        self.findings.runners = list(runners.published(self.world, self.findings.program, declaration))
        images = [image for found in self.findings.runners for image in found.images]
        refuse(image.mistake for image in images if image.expected != image.actual)

    def let_time_pass(self) -> None:
        """Moves time, interval by interval, until the first tokens have expired. The scheduler starts each run.

        Raises:
            RehearsalError: a token expired before it was replaced, a run failed, or an old token still works.
        """
        with self._timed("rotations"):
            try:
                intervals.until_the_first_end(self.world, self._rotations, self._consumers, self._holders, self._say)
                intervals.check_tokens(self._consumers, self._first_auths)
            finally:
                self.findings.rotations = self._rotations.reports
            self.findings.not_rehearsed += key_holders.notes(self._holders)

    def pull(self) -> None:
        """Pulls every repository as each of those who pull, with every client on this machine.

        Raises:
            RehearsalError: a pull was allowed that is not declared, or denied that is.
        """
        with self._timed("pulls"), tempfile.TemporaryDirectory(prefix="rehearsal-pulls-") as scratch:
            self.findings.not_rehearsed += pullers.notes(self._declaration)
            everybody = pullers.pullers(
                self.world,
                self._declaration,
                self.findings.program,
                self._consumers,
                self._holders,
                self._programs,
                Path(scratch),
            )
            images = {image for each in everybody for image in each.expected}
            if everybody:
                self._say(f"Pulling {len(images)} images as each of {len(everybody)} consumers and runners")
            if (cells := pulls.cells(everybody)) > pulls.CELLS:
                self._say(f"  of {cells} cells a sample, the same each time, with every consumer and runner in it")
            self.findings.registry = self.world.cloud.registry.kept_by
            self.findings.pulls = pulls.pull_all(everybody)
        refuse(cell.mistake for cell in self.findings.pulls if not cell.as_declared)

    def look(self) -> None:
        """Reads every variable of the consumers, as `gitlab-ecr check` would."""
        with self._timed("variables"):
            self.findings.variables, self.findings.shadows = look(self.world, self._stack_file.declaration)

    def push(self) -> None:
        """Pushes from jobs that may and from jobs that may not.

        Raises:
            RehearsalError: a push was allowed that is not declared, or denied that is.
        """
        if not any(consumer.get("push") for consumer in self._declaration.get("consumers", {}).values()):
            return
        repositories = self.findings.program.outputs["declaration"]["repositories"]
        with self._timed("pushes"):
            self._say("Pushing from jobs, by the roles that their id_tokens open")
            self.findings.pushes = pushes.push_all(self.world, self._declaration, repositories)
        self._not_rehearsed(pushes.NOT_OF_TOKENS)
        refuse(each.mistake for each in self.findings.pushes if not each.as_declared)

    def fetch(self) -> None:
        """Fetches the logins of jobs that read them themselves, as their runners would, and as others may not.

        Raises:
            RehearsalError: a job got a login that is not declared, or did not get its own.
        """
        if not any(consumer.secret for consumer in self._consumers):
            return
        with self._timed("fetches"):
            self._say("Fetching logins as runners do for `secrets:`, by the roles that jobs' id_tokens open")
            self.findings.fetches = job_secrets.fetch_all(self.world, self._declaration, self._consumers)
        self._not_rehearsed(pushes.NOT_OF_TOKENS)
        refuse(each.mistake for each in self.findings.fetches if not each.as_declared)

    def renew(self) -> None:
        """Renews the rotator's own GitLab token, with which every later rotation writes.

        Raises:
            RehearsalError: it was not renewed, or the old one still works.
        """
        if not needs_rotator_token(self._declaration):
            return
        with self._timed("renewal"):
            self._say("Renewing the rotator's GitLab token, which expires soon")
            self.findings.renewal = renew(self.world, self.findings.program, self._rotations.renewal)

    def break_and_mend(self) -> None:
        """Breaks one target at a time in GitLab, repairs it, and rotates by the command line each time.

        Raises:
            RehearsalError: a broken target kept another from its token, or the exit code hid it.
        """
        in_gitlab = [consumer for consumer in self._consumers if not consumer.secret]
        if not in_gitlab:
            return
        with self._timed("faults"):
            self._say("Breaking one target at a time in GitLab, and rotating by the command line")
            try:
                for run in faults.break_and_mend(self.world, self._rotations, in_gitlab):
                    self.findings.faults.append(run)
            finally:
                self.findings.rotations = self._rotations.reports

    def run_jobs(self) -> None:
        """Gives each consumer's jobs to a real runner, if this machine has one.

        Raises:
            RehearsalError: a job did not end as declared, or `doctor` named another cause.
        """
        if isinstance(self._job_runs, str):
            self.findings.jobs_not_run = self._job_runs
            return
        in_gitlab = [consumer for consumer in self._consumers if not consumer.secret]
        with self._timed("jobs"):
            self._say("Running jobs of the consumers, each in an image from the registry")
            try:
                ran = self._job_runs.run(self.findings.program, self._declaration, in_gitlab)
            except EngineError as error:
                self.findings.jobs_not_run = f"no container runs here: {error}"
                return
        self.findings.jobs = ran
        self.findings.not_rehearsed += ran.left_out
        self.findings.made_up += ran.made_up
        refuse(job.mistake for job in ran.jobs if not job.right)

    def return_to_real_time(self) -> None:
        """Returns to the real time, and rotates once, so that no variable claims to be valid longer than it is.

        Raises:
            RehearsalError: that rotation failed.
        """
        self._say("Returning to real time, and rotating once by the command line")
        self.world.cloud.return_to_real_time()
        with in_words():
            run, _ = self._rotations.by_hand()
        if run.exit_code:
            raise RehearsalError(run.words)

    def environment(self) -> dict[str, str]:
        """What a person's shell needs to work with what runs here."""
        return exports(self.world, self._rotations, self.findings.program.outputs["rotator"])

    def stop(self) -> None:
        """Stops everything that was started, and removes its files."""
        with held_back():
            self._undo.close()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _not_rehearsed(self, line: str) -> None:
        if line not in self.findings.not_rehearsed:
            self.findings.not_rehearsed.append(line)

    @contextmanager
    def _timed(self, step: str) -> Generator[None]:
        begin = time.monotonic()
        try:
            with in_words():
                yield
        finally:
            self.findings.timings[step] = round(time.monotonic() - begin, 3)

"""The rehearsal, step by step. Each step raises an error when something is not as it should be."""

import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from . import consumers, faults, job_secrets, jobs, key_holders, program, pullers, pulls, pushes, runners, token_steps
from .accesses import needs_rotator_token
from .adapter import Adapter
from .clients import ClientError
from .consumers import Auths, Consumer
from .environment import exports
from .faults import FaultError
from .findings import Findings, failures
from .interrupts import held_back
from .job_runs.docker_api import EngineError
from .job_runs.job_runs import JobRunsError, prepared
from .key_holders import KeyHolder, KeyHolderError
from .made_up import made_up
from .namespaces import ContradictionError
from .program import ProgramError
from .pullers import Programs
from .renewal import RenewalError, renew
from .rotations import RotationError
from .scheduled_jobs import rotations
from .stack_file import StackFile
from .stand_ins import for_this_run, note
from .variables import look
from .world import World


class RehearsalError(Exception):
    """Something is not as it should be; a line for each such thing."""


class Rehearsal:
    """A stack file's rehearsal: `start`, then `up`, `let_time_pass`, `pull`. Use it as a context manager.

    Attributes:
        world: what runs on this machine; tests break things in it between two steps.
        findings: what was seen so far.
    """

    def __init__(self, stack_file: StackFile, say: Callable[[str], None]) -> None:
        self._stack_file = stack_file
        self._say = say
        self._declaration = stack_file.declaration
        self.findings = Findings()
        try:
            self._programs = Programs.find()
        except ClientError as error:
            raise RehearsalError(str(error)) from None
        with self._timed("start"):
            say("Starting AWS, GitLab and the registry on loopback")
            with ExitStack() as undo:
                with held_back():
                    try:
                        self.world = undo.enter_context(World(stack_file.declaration))
                    except ContradictionError as error:
                        raise RehearsalError(str(error)) from None
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
            try:
                self.findings.token_set = token_steps.adopt_secret(self.world, self._declaration, self._say)
            except RotationError as error:
                raise RehearsalError(str(error)) from None
            adapter = Adapter(self.world)
            config, replaced = for_this_run(self._stack_file.config, self.world.gitlab_ca, self.world.cloud.proxy_url)
            secret = {place.partition(".")[0].partition("[")[0] for place in self._stack_file.stand_ins}
            try:
                made = program.run(
                    self._stack_file.stack, config, adapter, secret, with_token=bool(self.world.administrator_token)
                )
            except ProgramError as error:
                raise RehearsalError(str(error)) from None
        self.findings.program = made
        unseen = sorted({f"{reason}" for each in made.resources if (reason := adapter.unproven(each.type))})
        bounded = "permissions_boundary" in self._declaration
        self.findings.not_rehearsed = [
            *map(note, self._stack_file.stand_ins),
            *replaced,
            *unseen,
            *(
                ["the permissions boundary: the account's own is not here, and its stand-in allows everything"]
                * bounded
            ),
            *([jobs.NOT_REHEARSED] if "job" in self._declaration.get("rotation", {}) else []),
            *self._programs.missing(),
        ]
        try:
            self._rotations = rotations(self.world, made, self._declaration)
            if not needs_rotator_token(self._declaration):
                token_steps.no_token(self._rotations, self._say)
            elif not self.findings.token_set:
                waited, stored = token_steps.store_token(self.world, self._rotations, self._say)
                self.findings.waited, self.findings.token_set = waited, stored
        except RotationError as error:
            raise RehearsalError(str(error)) from None
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
        if wrong := [
            f"runner {image.runner}: {image.image} is meant to be pulled with {image.expected}, gets {image.actual}"
            for found in self.findings.runners
            for image in found.images
            if image.expected != image.actual
        ]:
            raise RehearsalError("\n".join(wrong))

    def let_time_pass(self) -> None:
        """Moves time, interval by interval, until the first tokens are past their end; the scheduler fires each run.

        Raises:
            RehearsalError: a token ended before its replacement came, a run failed, or an old token still opens.
        """
        with self._timed("rotations"):
            first_end = max(_ends(self._rotations.reports[0]), default=self.world.cloud.now())
            while self.world.cloud.now() <= first_end:
                self._one_interval()
            self._look_at_keys()
            for consumer in self._consumers:
                first = self._first_auths[consumer]
                if opened := [host for host in first if host not in consumer.refused(first)]:
                    raise RehearsalError(
                        f"{consumer.label}: the deployment's token has expired and still opens {opened[0]}"
                    )
                if refused := consumer.refused(consumer.auths()):
                    raise RehearsalError(f"{consumer.label}: {refused[0]} refuses the token in the variable")

    def pull(self) -> None:
        """Pulls every repository as everybody who pulls, with every client of this machine.

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
        if wrong := [cell for cell in self.findings.pulls if not cell.as_declared]:
            raise RehearsalError(
                "\n".join(
                    f"{cell.consumer} pulling {cell.repository}: declared {cell.expected}, was {cell.actual}"
                    f"{f' ({cell.client}: {cell.reason})' if cell.reason else ''}"
                    for cell in wrong
                )
            )

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
        self.findings.not_rehearsed += [pushes.NOT_OF_TOKENS] * (
            pushes.NOT_OF_TOKENS not in self.findings.not_rehearsed
        )
        if wrong := [each for each in self.findings.pushes if not each.as_declared]:
            raise RehearsalError(
                "\n".join(
                    f"{each.consumer} pushing {each.repository} from {each.job}: declared {each.expected}, "
                    f"was {each.actual} ({each.reason})"
                    for each in wrong
                )
            )

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
        self.findings.not_rehearsed += [pushes.NOT_OF_TOKENS] * (
            pushes.NOT_OF_TOKENS not in self.findings.not_rehearsed
        )
        if wrong := [each for each in self.findings.fetches if not each.as_declared]:
            raise RehearsalError(
                "\n".join(
                    f"{each.consumer} reading {each.secret} from {each.job}: declared {each.expected}, "
                    f"was {each.actual} ({each.reason})"
                    for each in wrong
                )
            )

    def renew(self) -> None:
        """Renews the rotator's own GitLab token, with which every later rotation writes.

        Raises:
            RehearsalError: it was not renewed, or the old one still opens.
        """
        if not needs_rotator_token(self._declaration):
            return
        with self._timed("renewal"):
            self._say("Renewing the rotator's GitLab token, which expires soon")
            try:
                self.findings.renewal = renew(self.world, self.findings.program, self._rotations.renewal)
            except (RenewalError, RotationError) as error:
                raise RehearsalError(str(error)) from None

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
                for attempt in faults.break_and_mend(self.world, self._rotations, in_gitlab):
                    self.findings.faults.append(attempt)
            except (FaultError, RotationError) as error:
                raise RehearsalError(str(error)) from None
            finally:
                self.findings.rotations = self._rotations.reports

    def run_jobs(self) -> None:
        """Gives each consumer's jobs to a real runner, if this machine has one.

        Raises:
            RehearsalError: a job did not come out as declared, or `doctor` named another cause.
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
            except JobRunsError as error:
                raise RehearsalError(str(error)) from None
        self.findings.jobs = ran
        self.findings.not_rehearsed += ran.left_out
        self.findings.made_up += ran.made_up
        if wrong := [job.mistake for job in ran.jobs if not job.right]:
            raise RehearsalError("\n".join(wrong))

    def return_to_real_time(self) -> None:
        """Undoes the moves of time, and rotates once, so that no variable claims to be valid longer than it can be.

        Raises:
            RehearsalError: that rotation did not come through.
        """
        self._say("Returning to real time, and rotating once by the command line")
        self.world.cloud.return_to_real_time()
        try:
            run, _ = self._rotations.by_hand()
        except RotationError as error:
            raise RehearsalError(str(error)) from None
        if run.exit_code:
            raise RehearsalError(run.words)

    def environment(self) -> dict[str, str]:
        """What a person's shell needs to work with what runs here."""
        return exports(self.world, self._rotations, self.findings.program.outputs["rotator"])

    def stop(self) -> None:
        """Ends everything that `start` began."""
        with held_back():
            self._undo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _not_rehearsed(self, line: str) -> None:
        if line not in self.findings.not_rehearsed:
            self.findings.not_rehearsed.append(line)

    def _one_interval(self) -> None:
        self._say(f"Moving time by {self._rotations.interval}")
        try:
            report = self._rotations.next_run(self._nobody_is_locked_out)
        except (RotationError, KeyHolderError) as error:
            raise RehearsalError(str(error)) from None
        finally:
            self.findings.rotations = self._rotations.reports
        if not report["ok"]:
            raise RehearsalError("\n".join(["the scheduled rotation failed:", *failures(report)]))

    def _nobody_is_locked_out(self) -> None:
        for holder in self._holders:
            holder.look()
        for consumer in self._consumers:
            if consumer.refused(consumer.auths()):
                raise RotationError(
                    f"the interval of {self._rotations.interval} is too long: the token of {consumer.label} ended "
                    "before the next rotation; write a shorter rotation.interval, such as 2 hours"
                )

    def _look_at_keys(self) -> None:
        try:
            for holder in self._holders:
                holder.look()
                holder.retired()
        except KeyHolderError as error:
            raise RehearsalError(str(error)) from None
        self.findings.not_rehearsed += key_holders.notes(self._holders)

    @contextmanager
    def _timed(self, step: str) -> Generator[None]:
        begin = time.monotonic()
        try:
            yield
        finally:
            self.findings.timings[step] = round(time.monotonic() - begin, 3)


def _ends(report: dict[str, Any]) -> list[datetime]:
    return [datetime.fromisoformat(t["expires_at"]) for t in report["targets"] if t["expires_at"]]

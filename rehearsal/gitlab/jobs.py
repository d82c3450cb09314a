"""CI jobs as GitLab stores them: which runner may run one, its log, and its states from `pending` on."""

import itertools
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

from .runners import Runner
from .store import Owner, Project

RUNNING = ("running", "canceling")
ENDED = ("success", "failed", "canceled")
FAILURE_REASONS = (
    "unknown_failure",
    "script_failure",
    "runner_system_failure",
    "job_execution_timeout",
    "image_pull_failure",
)
"""The failure reasons that a runner may report; GitLab replaces any other by the first."""
_TIMEOUT = 3600
_LOG_LIMIT = 100 << 20


@dataclass(frozen=True)
class JobRequest:
    """What a pipeline's author wrote, and where the job runs.

    Attributes:
        tags: a runner takes the job only with all of them.
        variables: of the job itself, in clear.
        id_tokens: by variable, the `aud` of the JWT.
        secrets: by variable, the secret as `.gitlab-ci.yml` names it.
        ref_type: `branch` or `tag`.
    """

    name: str
    script: Sequence[str]
    image: str = ""
    tags: Sequence[str] = ()
    ref: str = "main"
    ref_type: str = "branch"
    environment: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    id_tokens: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])


@dataclass(eq=False)
class Job:
    """One job. `trace` is its log, `output_limit` the bytes of it that GitLab keeps."""

    id: int
    token: str = field(repr=False)
    project: Project
    request: JobRequest
    status: str = "pending"
    runner: Runner | None = None
    timeout: int = _TIMEOUT
    trace: bytearray = field(default_factory=bytearray, repr=False)
    failure_reason: str | None = None
    exit_code: int | None = None
    output_limit: int = _LOG_LIMIT

    def start(self, runner: Runner) -> None:
        self.status, self.runner = "running", runner
        self.timeout = min(self.timeout, runner.maximum_timeout or self.timeout)

    def append(self, content: bytes, offset: int) -> bool:
        """Appends a piece that starts where the log ends, and returns whether it does; GitLab takes no other piece."""
        if offset != len(self.trace):
            return False
        self.trace += content
        return True

    def drop(self, reason: str | None, exit_code: int | None = None) -> None:
        self.status, self.exit_code = "failed", exit_code
        self.failure_reason = reason

    def cancel(self, *, gracefully: bool) -> None:
        """A running job is `canceling` until its runner is done, if the runner supports that."""
        if self.status not in ENDED:
            self.status = "canceling" if gracefully and self.status == "running" else "canceled"


class Jobs:
    """The queue, and the jobs that have left it."""

    def __init__(self) -> None:
        self._jobs: dict[int, Job] = {}
        self._ids = itertools.count(40_001)
        self._changed = Condition()
        self._version = 1

    @property
    def version(self) -> str:
        """What a runner has seen of the queue; another value means that there may be a job."""
        return f"queue-{self._version}"

    def create(self, project: Project, request: JobRequest) -> Job:
        job = Job(next(self._ids), f"glcbt-fake-{secrets.token_hex(10)}", project, request)
        self._jobs[job.id] = job
        self.notify()
        return job

    def find(self, number: str) -> Job | None:
        return self._jobs.get(int(number)) if number.isdecimal() else None

    def next_for(self, runner: Runner, ancestors: Callable[[Owner], Sequence[Owner]]) -> Job | None:
        """The oldest job that the runner may take."""
        waiting = (job for job in self._jobs.values() if job.status == "pending")
        return next((job for job in waiting if _takes(runner, job, ancestors(job.project))), None)

    def notify(self) -> None:
        """Wakes everyone who waits, after any change."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def wait(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Waits until `ready`; returns whether it was within that time."""
        with self._changed:
            return self._changed.wait_for(ready, seconds)


def _takes(runner: Runner, job: Job, ancestors: Sequence[Owner]) -> bool:
    wanted = set(job.request.tags)
    return (
        not runner.paused
        and (runner.owner is None or runner.owner is job.project or runner.owner in ancestors)
        and (wanted <= set(runner.tag_list) if wanted else runner.run_untagged)
        and (runner.access_level == "not_protected" or job.project.protects(job.request.ref, job.request.ref_type))
    )

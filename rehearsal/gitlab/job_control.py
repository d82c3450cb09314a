"""How tests and the rehearsal control jobs: create them, look at them, wait for them, cancel them."""

from collections.abc import Sequence
from dataclasses import dataclass

from .call import State
from .jobs import ENDED, Job, JobRequest


@dataclass(frozen=True)
class JobSeen:
    """A job as its page shows it.

    Attributes:
        runner: the id of the runner that took it.
        log: what its runner has sent so far.
    """

    id: int
    name: str
    status: str
    runner: int | None
    failure_reason: str | None
    exit_code: int | None
    log: str


class JobControl:
    """The jobs of an instance."""

    def __init__(self, state: State) -> None:
        self._state = state

    def create(self, project: str, request: JobRequest) -> int:
        """Puts a job into the queue, and returns its id."""
        with self._state.lock:
            found = self._state.store.project(project)
            if found is None:
                raise ValueError(f"project: there is no project {project!r}; create it first")
            return self._state.jobs.create(found, request).id

    def seen(self, number: int) -> JobSeen:
        with self._state.lock:
            job = self._job(number)
            return JobSeen(
                id=job.id,
                name=job.request.name,
                status=job.status,
                runner=job.runner.id if job.runner else None,
                failure_reason=job.failure_reason,
                exit_code=job.exit_code,
                log=job.trace.decode("utf-8", "replace"),
            )

    def wait(self, numbers: Sequence[int], seconds: float) -> bool:
        """Whether all of them ended within that time."""
        jobs = [self._job(number) for number in numbers]
        return self._state.jobs.wait(lambda: all(job.status in ENDED for job in jobs), seconds)

    def cancel(self, number: int, *, gracefully: bool = False) -> None:
        """With `gracefully` the runner sees `canceling`, and may finish what it does."""
        with self._state.lock:
            self._job(number).cancel(gracefully=gracefully)
            self._state.jobs.notify()

    def limit_log(self, number: int, size: int) -> None:
        """Limits how many bytes of the job's log are kept; with more the job fails."""
        with self._state.lock:
            self._job(number).output_limit = size

    def _job(self, number: int) -> Job:
        job = self._state.jobs.find(str(number))
        if job is None:
            raise ValueError(f"number: there is no job {number}")
        return job

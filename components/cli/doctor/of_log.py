"""The diagnosis of a pasted job log."""

from .causes.finding import Diagnosis
from .job_log.families.table import FAMILIES
from .job_log.verdict import read


def of_log(log: bytes) -> Diagnosis:
    """What a log says: the cause, or which step failed and what is ruled out, or that the job succeeded."""
    verdict = read(log)
    if verdict.finding is not None:
        return Diagnosis(verdict.finding)
    if verdict.succeeded:
        return Diagnosis(None, headline="the job succeeded")
    failed = verdict.failed or "no line of the log says how the job ended"
    return Diagnosis(
        None,
        (
            (
                f"none of {len(FAMILIES)} known messages about images, logins and registries stands where the job "
                "failed; with its whole log more can be said, and with `gitlab-ecr doctor IMAGE --project P`"
            ),
        ),
        failed=failed,
        tested=verdict.ruled_out,
    )

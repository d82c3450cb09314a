"""The diagnosis of a pasted job log."""

from .causes.finding import Diagnosis
from .job_log.families.table import FAMILIES
from .job_log.verdict import read


def of_log(log: bytes) -> Diagnosis:
    """The diagnosis: the cause; or the step that failed, with what is ruled out; or that the job succeeded."""
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
                f"where the job failed, the log has none of {len(FAMILIES)} known messages about images, logins and "
                "registries; the whole log may show more, and so may `gitlab-ecr doctor IMAGE --project P`"
            ),
        ),
        failed=failed,
        tested=verdict.ruled_out,
    )

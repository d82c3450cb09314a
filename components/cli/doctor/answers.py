"""Step four: the registry's answer to the credential that the runner would use, and what it means."""

from typing import Final

from ...docker.image_reference import ImageReference
from .causes.cause import Cause
from .causes.finding import Finding
from .facts import Answer
from .job_log.families.denials import DENIALS
from .job_log.families.family import Clue, found
from .job_log.families.registry import UPSTREAM
from .job_log.lines import Line
from .job_log.story import Step

OK: Final = 200
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404


def answer_finding(  # noqa: PLR0911 - one answer, one return
    name: str, image: ImageReference, answer: Answer
) -> Finding | None:
    """Why the registry refused the image; None when it did not."""
    if answer.status is None:
        return Finding(
            Cause.UNREACHABLE,
            f"{image.host} did not answer: {answer.text}",
            "correct the account or the region in the image reference, or repair the network between here and the "
            "registry",
        )
    if answer.status == OK or answer.status in _REDIRECTS:
        return None
    if answer.status == _NOT_FOUND:
        return _absent(image, answer)
    text = answer.text.lower()
    if UPSTREAM in text:
        return found(
            Cause.UPSTREAM_LOGIN,
            f"the pull-through cache behind {image} could not log in to its upstream registry; the login to ECR worked",
        )
    if answer.status in (_UNAUTHORIZED, _FORBIDDEN) and "expired" in text:
        return Finding(
            Cause.EXPIRED,
            f"the token in {name} has expired, says {image.host}",
            "run `gitlab-ecr rotate`, then `gitlab-ecr status` to see why no run renewed it",
        )
    if answer.status == _UNAUTHORIZED:
        return Finding(
            Cause.REFUSED_TOKEN,
            f"{image.host} does not know the token in {name}: it is incomplete, or belongs to another region",
            "let gitlab-ecr write it: `gitlab-ecr rotate`",
        )
    if answer.status == _FORBIDDEN:
        return denial(image, answer.text)
    return Finding(
        Cause.REGISTRY_ANSWER,
        f"{image.host} answered {answer.status} {answer.code}",
        "try again; if it keeps failing, look at AWS's health page for the region",
    )


def denial(image: ImageReference, text: str) -> Finding:
    """Which policy denies. AWS's message says it, and is read like a line of a job's log."""
    line = Line(0, text)
    for family in DENIALS:
        if Step.JOB_IMAGE in family.steps and (match := family.match(line)):
            finding = family.finding_of(Clue(match, line, Step.JOB_IMAGE, image=str(image)))
            if finding is not None:
                return finding
    return found(
        Cause.PULL_DENIED,
        f"{image.host} answered 403 to the request for {image}, without a reason that is known here",
        "check that the consumer's pull in the stack file lists the repository, and run `gitlab-ecr rotate`",
    )


def _absent(image: ImageReference, answer: Answer) -> Finding:
    if answer.code == "NAME_UNKNOWN" or "repository with name" in answer.text.lower():
        return Finding(
            Cause.REPOSITORY_ABSENT,
            f"{image.host} has no repository {image.repository}",
            "correct the image reference, or add the repository to repositories in the stack file",
        )
    wanted = image.digest or image.tag or "latest"
    return Finding(
        Cause.IMAGE_ABSENT,
        f"{image.repository} has no image {wanted}: nobody pushed it, or a lifecycle rule removed it",
        "push it, or write a tag that is there",
    )

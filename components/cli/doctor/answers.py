"""Step four: what the registry's answer to the runner's own credential means."""

import re
from typing import Final

from ...docker.image_reference import ImageReference
from .causes.cause import Cause
from .causes.finding import Finding
from .facts import Answer

OK: Final = 200
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
_ACTION: Final = re.compile(r"perform: (?P<action>ecr:\w+)")
_WHO: Final = re.compile(r"User: (?P<who>\S+) ")


def answer_finding(  # noqa: PLR0911 - one answer, one return
    name: str, image: ImageReference, answer: Answer
) -> Finding | None:
    """Why the registry did not let the image go; None when it did."""
    if answer.status is None:
        return Finding(
            Cause.UNREACHABLE,
            f"{image.host} did not answer: {answer.text}",
            "correct account and region in the image reference, or the network between here and the registry",
        )
    if answer.status == OK or answer.status in _REDIRECTS:
        return None
    if answer.status == _NOT_FOUND:
        return _absent(image, answer)
    text = answer.text.lower()
    if answer.status in (_UNAUTHORIZED, _FORBIDDEN) and "expired" in text:
        return Finding(
            Cause.EXPIRED,
            f"the token in {name} has expired, says {image.host}",
            "`gitlab-ecr rotate`, then `gitlab-ecr status` to see why no run renewed it",
        )
    if answer.status == _UNAUTHORIZED:
        return Finding(
            Cause.REFUSED_TOKEN,
            f"{image.host} does not know the token in {name}: it is not whole, or of another region",
            "let gitlab-ecr write it: `gitlab-ecr rotate`",
        )
    if answer.status == _FORBIDDEN:
        return denial(image, answer.text)
    return Finding(
        Cause.REGISTRY_ANSWER,
        f"{image.host} answered {answer.status} {answer.code}",
        "try again; if it stays so, see the AWS health page of the region",
    )


def denial(image: ImageReference, text: str) -> Finding:
    """Which policy denies; AWS names its kind at the end of the message."""
    action = _ACTION.search(text)
    who = _WHO.search(text)
    role = f" to {who['who']}" if who else ""
    what = f"{image.host} denies {action['action'] if action else 'the pull'} on {image.repository}{role}"
    if "resource-based policy" in text:
        how = "denies it" if "explicit deny" in text else "does not allow it"
        return Finding(
            Cause.REPOSITORY_POLICY,
            f"{what}: the repository policy {how}",
            f"change the policy of the repository {image.repository}; the role's own policy is not at fault",
        )
    for kind in ("permissions boundary", "service control policy", "resource control policy", "session policy"):
        if kind in text:
            return Finding(Cause.OTHER_POLICY, f"{what}: a {kind} denies it", f"have the {kind} allow it")
    return Finding(
        Cause.IAM_POLICY,
        f"{what}: the role behind the token may not pull it",
        f"add {image.repository} to the consumer's pull in the stack file, and run `pulumi up`",
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
        f"{image.repository} has no image {wanted}; a lifecycle rule may have removed it, or nobody pushed it",
        "push it, or write a tag that is there",
    )

"""The way of a pull, step by step, with the rules of GitLab, of the runner and of ECR; the first that fails decides."""

import base64

from ...docker.credential_resolution import VARIABLE, Outcome, Resolution
from ...docker.image_reference import ImageReference
from ...names.registry_host import parse_registry_host
from ...variables.description import valid_until
from . import answers, credential, variable
from .causes.cause import Cause
from .causes.finding import Diagnosis, Finding
from .expansion import view_of
from .facts import KEY, Ask, Facts, Held
from .image import image_of
from .push import push_finding

_LATEST = "latest"


def diagnose(facts: Facts, ask: Ask) -> Diagnosis:  # noqa: PLR0911 - one end of the way, one return
    """What makes the pull or push fail, or nothing."""
    image = image_of(facts)
    if isinstance(image, Finding):
        return Diagnosis(image)
    if facts.push:
        return Diagnosis(push_finding(facts, image) or _pushed_nowhere(facts, image, ask))
    held, absent = variable.visible(facts)
    if held is None:
        return _without_variable(facts, image, absent, ask)
    if held.value is None:
        finding = variable.hidden_finding(held, image.host, facts.now)
        note = f"{held.listed.name} is hidden: judged by its description alone"
        return Diagnosis(finding, () if finding else (note,))
    text = variable.read_text(held, facts)
    if isinstance(text, Finding):
        return Diagnosis(_or_shadowed(held, image, facts, text))
    finding, notes = _with_text(held.listed.name, text, image, facts, ask)
    if finding is None:
        return Diagnosis(None, notes)
    end = valid_until(held.listed.description)
    if finding.cause is Cause.EXPIRED and end is not None and end <= facts.now:
        finding = variable.expired(held.listed, end)
    return Diagnosis(_or_shadowed(held, image, facts, finding), notes)


def _pushed_nowhere(facts: Facts, image: ImageReference, ask: Ask) -> Finding | None:
    """Whether the repository is not there, if the job's login for pulls may ask."""
    held, _ = variable.visible(facts)
    text = variable.read_text(held, facts) if held and held.value else None
    if held is None or not isinstance(text, str):
        return None
    finding, _ = _with_text(held.listed.name, text, image, facts, ask)
    return finding if finding and finding.cause is Cause.REPOSITORY_ABSENT else None


def _without_variable(facts: Facts, image: ImageReference, absent: Finding | None, ask: Ask) -> Diagnosis:
    found = credential.resolution_of(None, image, facts)
    if found.outcome is Outcome.FOUND:
        return Diagnosis(*_at_the_registry("the runner's own config.json", None, found, image, facts, ask))
    if parse_registry_host(image.host) is None:
        return Diagnosis(None, (f"{image.host} is no registry of ECR: not looked at",))
    return Diagnosis(absent)


def _with_text(
    name: str, text: str, image: ImageReference, facts: Facts, ask: Ask
) -> tuple[Finding | None, tuple[str, ...]]:
    broken = credential.document_finding(name, text, facts)
    found = credential.resolution_of(text, image, facts)
    if found.outcome is Outcome.FOUND and found.source != VARIABLE:
        return _at_the_registry("the runner's own config.json", text, found, image, facts, ask)
    if broken is not None:
        return broken, ()
    if found.outcome is not Outcome.FOUND:
        if parse_registry_host(image.host) is None:
            return None, (f"{image.host} is no registry of ECR: not looked at",)
        return credential.unmatched(name, text, image), ()
    return _at_the_registry(name, text, found, image, facts, ask)


def _at_the_registry(  # noqa: PLR0917 - all that one pull is
    name: str, text: str | None, found: Resolution, image: ImageReference, facts: Facts, ask: Ask
) -> tuple[Finding | None, tuple[str, ...]]:
    if credential.from_helper(found, text, facts):
        return None, ("the login comes from a helper on the runner's machine, as that machine's role: not tried here",)
    if parse_registry_host(image.host) is None:
        return None, (f"{image.host} is no registry of ECR: not looked at",)
    if finding := credential.login_finding(name, found):
        return finding, ()
    login = f"{found.credential.username}:{found.credential.password}"
    auth = base64.b64encode(login.encode()).decode()
    answer = ask(image.host, image.repository, image.digest or image.tag or _LATEST, auth)
    return answers.answer_finding(name, image, answer), ()


def _or_shadowed(seen: Held, image: ImageReference, facts: Facts, finding: Finding) -> Finding:
    """The finding, unless the cause is that a variable which would do is hidden by the one that does not."""
    if finding.cause in _NOT_OF_THE_VARIABLE:
        return finding
    _, view = view_of(KEY, facts)
    reaching = [held for held in facts.variables if held.listed in [other for other, _ in view.others]]
    good = [held for held in reaching if _would_reach(held, seen, facts) and _would_do(held, image, facts)]
    if not good:
        return finding
    return variable.hiding(seen, good, f"fails ({finding.cause.value})", f"has a login for {image.host}")


_NOT_OF_THE_VARIABLE = {
    Cause.IMAGE_ABSENT,
    Cause.REPOSITORY_ABSENT,
    Cause.REPOSITORY_POLICY,
    Cause.IAM_POLICY,
    Cause.OTHER_POLICY,
    Cause.UNREACHABLE,
    Cause.REGISTRY_ANSWER,
}


def _would_reach(held: Held, seen: Held, facts: Facts) -> bool:
    without = tuple(other for other in facts.variables if other is held or other.listed.key != KEY)
    alone = Facts(facts.image, facts.job, without, facts.now)
    return held is not seen and view_of(KEY, alone)[0] is held


def _would_do(held: Held, image: ImageReference, facts: Facts) -> bool:
    end = valid_until(held.listed.description)
    if end is not None and end <= facts.now:
        return False
    if held.value is None:
        return end is not None and variable.hidden_finding(held, image.host, facts.now) is None
    return credential.usable(held.value, image)

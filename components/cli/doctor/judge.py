"""Whether a variable's value lets the runner pull the image: of the variable that the job sees, and of its rivals."""

import base64
from dataclasses import dataclass

from ...docker.credential_resolution import VARIABLE, Outcome, Resolution
from ...docker.image_reference import ImageReference
from ...names.registry_host import parse_registry_host
from ...variables.description import valid_until
from . import answers, credential, variable
from .causes.cause import Cause
from .causes.finding import Finding
from .facts import Ask, Facts, VariableWithValue
from .public import PUBLIC_HOST

_LATEST = "latest"
HOME = "the runner's own config.json"


@dataclass(frozen=True)
class Judgement:
    """What came of one variable, or of the runner's own file.

    Attributes:
        finding: why a pull with it fails; None when nothing does.
        tested: what is in order, a line each.
        notes: what could not be looked at, a line each.
    """

    finding: Finding | None
    tested: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def judge(held: VariableWithValue, image: ImageReference, facts: Facts, ask: Ask) -> Judgement:
    """The variable, as if it were the one that the job sees."""
    name = held.listed.name
    if held.value is None:
        finding = variable.hidden_finding(held, image.host, facts.now)
        note = f"{name} is hidden: judged by its description alone"
        return Judgement(finding, () if finding else (f"{name} is for {image.host}, by its description",), (note,))
    text = variable.read_text(held, image, facts)
    if isinstance(text, Finding):
        return Judgement(text)
    judgement = _with_text(name, text, image, facts, ask)
    end = valid_until(held.listed.description)
    if judgement.finding and judgement.finding.cause is Cause.EXPIRED and end is not None and end <= facts.now:
        return Judgement(variable.expired(held.listed, end))
    return judgement


def judge_home(image: ImageReference, facts: Facts, ask: Ask) -> Judgement | None:
    """The file of the runner's user alone; None when it was not given or has nothing to do with the image."""
    if facts.machine.home_config is None:
        return None
    if broken := credential.broken(HOME, facts.machine.home_config):
        silent = f"{broken.what}; the runner passes over the file without a word"
        return Judgement(Finding(broken.cause, silent, broken.fix))
    found = credential.resolution_of(None, image, facts)
    if found.outcome is Outcome.FOUND:
        return _at_the_registry(HOME, None, found, image, facts, ask)
    if parse_registry_host(image.host) is None:
        return None
    near = credential.unmatched(HOME, facts.machine.home_config, image)
    if near.cause in (Cause.OTHER_HOST, Cause.OTHER_ACCOUNT):
        return None
    return Judgement(near, notes=credential.unknown_store(HOME, facts.machine.home_config, image))


def _with_text(name: str, text: str, image: ImageReference, facts: Facts, ask: Ask) -> Judgement:
    broken = credential.document_finding(name, text, facts)
    found = credential.resolution_of(text, image, facts)
    if found.outcome is Outcome.FOUND and found.source != VARIABLE:
        return _at_the_registry(HOME, text, found, image, facts, ask)
    if broken is not None:
        return Judgement(broken)
    stores = credential.unknown_store(name, text, image)
    if found.outcome is not Outcome.FOUND:
        if stores:
            return Judgement(None, notes=stores)
        if parse_registry_host(image.host) is None:
            return Judgement(None, notes=(_not_ours(image),))
        return Judgement(credential.unmatched(name, text, image))
    return _at_the_registry(name, text, found, image, facts, ask)


def _at_the_registry(  # noqa: PLR0917 - all that one pull is
    name: str, text: str | None, found: Resolution, image: ImageReference, facts: Facts, ask: Ask
) -> Judgement:
    source = f"{name} has a login for {image.host}"
    if credential.from_helper(found, text, facts):
        return Judgement(
            None,
            (f"{name} has a credential helper asked for {image.host}",),
            ("the login comes from a helper on the runner's machine, as that machine's role: not tried here",),
        )
    if image.host == PUBLIC_HOST:
        return Judgement(None, notes=(f"{source}, which needs none; a stale one is refused: take it out",))
    if parse_registry_host(image.host) is None:
        return Judgement(None, (source,), (_not_ours(image),))
    if finding := credential.login_finding(name, found):
        return Judgement(finding)
    login = f"{found.credential.username}:{found.credential.password}"
    auth = base64.b64encode(login.encode()).decode()
    answer = ask(image.host, image.repository, image.digest or image.tag or _LATEST, auth)
    finding = answers.answer_finding(name, image, answer)
    if finding is not None:
        return Judgement(finding, (source,))
    return Judgement(None, (source, f"{image.host} gave manifest and configuration of {image} for it"))


def _not_ours(image: ImageReference) -> str:
    return f"{image.host} is no registry of ECR: not asked"

"""Judges whether the runner can pull the image with a variable: the one that the job sees, or one that it hides."""

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
    """The judgement on one variable, or on the runner's own file.

    Attributes:
        finding: why a pull with it fails; None when nothing known makes it fail.
        tested: what is in order, a line each.
        notes: what could not be checked, a line each.
    """

    finding: Finding | None
    tested: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def judge(held: VariableWithValue, image: ImageReference, facts: Facts, ask: Ask) -> Judgement:
    """Judges the variable as if the job saw it."""
    name = held.listed.name
    if held.value is None:
        finding = variable.hidden_finding(held, image.host, facts.now)
        note = f"{name} is hidden: only its description was checked"
        return Judgement(finding, () if finding else (f"{name} is for {image.host}, by its description",), (note,))
    text = variable.read_text(held, image, facts)
    if isinstance(text, Finding):
        return Judgement(text)
    judgement = judge_text(name, text, image, facts, ask)
    end = valid_until(held.listed.description)
    if judgement.finding and judgement.finding.cause is Cause.EXPIRED and end is not None and end <= facts.now:
        return Judgement(variable.expired(held.listed, end))
    return judgement


def judge_home(image: ImageReference, facts: Facts, ask: Ask) -> Judgement | None:
    """Judges only the runner user's file; None when it was not given, or says nothing about the image."""
    if facts.machine.home_config is None:
        return None
    if broken := credential.broken(HOME, facts.machine.home_config):
        silent = f"{broken.what}; the runner ignores the file without a message"
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


def judge_text(name: str, text: str, image: ImageReference, facts: Facts, ask: Ask) -> Judgement:
    """Judges a document of logins. `name` says in messages where it stands."""
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
            (f"{name} names a credential helper for {image.host}",),
            ("the login comes from a helper on the runner's machine, with that machine's role: not tried here",),
        )
    if image.host == PUBLIC_HOST:
        return Judgement(None, notes=(f"{source}, which needs none and refuses an expired one: remove it",))
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
    return Judgement(None, (source, f"with it, {image.host} returned the manifest and the configuration of {image}"))


def _not_ours(image: ImageReference) -> str:
    return f"{image.host} is not an ECR registry: not tried"

"""Follows a pull step by step, by the rules of GitLab, the runner and ECR, to the first step that fails."""

import difflib
import functools
from dataclasses import replace

from ...docker.image_reference import ImageReference
from ...names.registry_host import parse_registry_host
from ...variables.description import valid_until
from . import variable
from .causes.cause import Cause
from .causes.finding import Diagnosis, Finding
from .expansion import view_of
from .facts import KEY, Ask, Facts, VariableWithValue
from .image import image_of
from .job_secret import fetched_by_none, judge_secret, not_fetched
from .judge import Judgement, judge, judge_home
from .public import PUBLIC_HOST

_NOT_OF_THE_VARIABLE = {
    Cause.IMAGE_ABSENT,
    Cause.REPOSITORY_ABSENT,
    Cause.REPOSITORY_POLICY,
    Cause.IAM_POLICY,
    Cause.OTHER_POLICY,
    Cause.VPC_ENDPOINT_POLICY,
    Cause.CACHE_DENIED,
    Cause.UPSTREAM_LOGIN,
    Cause.UNREACHABLE,
    Cause.REGISTRY_ANSWER,
}
"""Causes that another variable would not change."""
_READS_SECRETS = "whether GitLab has a license for `secrets:`, and the runner is of version 18.2 or later"
_FROM_HERE = "the network from the runner's machine to the registry: this command tried it from here"


def diagnose(facts: Facts, ask: Ask) -> Diagnosis:
    """What makes the runner's pull fail, if anything, with what was tested and what was not."""
    image = image_of(facts)
    if isinstance(image, Finding):
        return Diagnosis(image, facts.remarks)
    once = functools.cache(ask)
    held, absent = variable.visible(facts)
    if (secret := facts.secret) is not None:
        if not fetched_by_none(secret, secret.ci):
            return _fetched(judge_secret(secret, image, facts, once), image, facts)
        if held is None:
            return Diagnosis(not_fetched(secret, facts), facts.remarks)
        facts = replace(
            facts,
            remarks=(
                *facts.remarks,
                f"no job fetches its login from {secret.name}, which the stack provides, so {held.listed.name} is used",
            ),
        )
    if held is None:
        return _without_variable(facts, image, absent, once)
    seen = judge(held, image, facts, once)
    if seen.finding is not None:
        finding = _or_shadowed(held, seen.finding, image, facts, once)
        return Diagnosis(_with_suggestion(finding, image, facts), (*facts.remarks, *seen.notes))
    return _in_order(facts, image, (f"{held.listed.name} reaches the job", *seen.tested), seen.notes)


def _fetched(judged: Judgement, image: ImageReference, facts: Facts) -> Diagnosis:
    """The diagnosis of a job that fetches its login: no variable and no file of the runner takes precedence over it."""
    notes = (*facts.remarks, *judged.notes)
    if judged.finding is not None:
        return Diagnosis(_with_suggestion(judged.finding, image, facts), notes)
    more = (_READS_SECRETS, _FROM_HERE)
    return Diagnosis(
        None,
        (*notes, *(f"not tested: {each}" for each in more)),
        tested=(f"{image} is an image reference", *judged.tested),
    )


def _without_variable(facts: Facts, image: ImageReference, absent: Finding | None, ask: Ask) -> Diagnosis:
    home = judge_home(image, facts, ask)
    if home is not None:
        if home.finding is not None:
            return Diagnosis(home.finding, (*facts.remarks, *home.notes))
        return _in_order(facts, image, home.tested, home.notes)
    if image.host == PUBLIC_HOST:
        return _in_order(facts, image, (f"{PUBLIC_HOST} needs no login, and none reaches the job",), ())
    if parse_registry_host(image.host) is None:
        return _in_order(facts, image, (), (f"{image.host} is not an ECR registry: not tried",))
    return Diagnosis(absent, facts.remarks)


def _in_order(facts: Facts, image: ImageReference, tested: tuple[str, ...], notes: tuple[str, ...]) -> Diagnosis:
    """The diagnosis without a cause: what was checked, and what was not."""
    machine = facts.machine
    not_given = [
        *([] if machine.environment is not None else ["the runner's own variables: give --runner-config"]),
        *([] if machine.home_config is not None else ["the config.json of the runner's user: give --docker-config"]),
        *([f"variables of {', '.join(facts.unseen)}: the token may not list them"] if facts.unseen else []),
        _FROM_HERE,
    ]
    checked = (f"{image} is an image reference", *tested)
    return Diagnosis(
        None,
        (*facts.remarks, *notes, *(f"not tested: {each}" for each in not_given)),
        tested=checked,
    )


def _with_suggestion(finding: Finding, image: ImageReference, facts: Facts) -> Finding:
    """Suggests a repository with a similar name if this one is absent or not allowed."""
    if finding.cause not in (Cause.REPOSITORY_ABSENT, Cause.IAM_POLICY) or image.repository in facts.repositories:
        return finding
    near = difflib.get_close_matches(image.repository, facts.repositories, n=1, cutoff=0.8)
    return replace(finding, what=f"{finding.what}; did you mean {near[0]}?") if near else finding


def _or_shadowed(seen: VariableWithValue, finding: Finding, image: ImageReference, facts: Facts, ask: Ask) -> Finding:
    """The finding; but if this variable hides one that would work, that is the cause."""
    if finding.cause in _NOT_OF_THE_VARIABLE:
        return finding
    _, view = view_of(KEY, facts)
    others = [variable for variable, _ in view.others]
    for rival in facts.variables:
        if rival.listed in others and _would_reach(rival, facts):
            good = _would_do(rival, judge(rival, image, facts, ask), finding, image, facts)
            if good:
                return variable.hiding(seen, rival, f"fails ({finding.cause.value})", good)
    return finding


def _would_reach(rival: VariableWithValue, facts: Facts) -> bool:
    without = tuple(other for other in facts.variables if other is rival or other.listed.key != KEY)
    return view_of(KEY, Facts(facts.image, facts.job, without, facts.now))[0] is rival


def _would_do(rival: VariableWithValue, judged: Judgement, seen: Finding, image: ImageReference, facts: Facts) -> str:
    """What the rival has that would work; empty when it would fail, too."""
    cause = judged.finding and judged.finding.cause
    if cause is None and any("helper" in line for line in judged.tested):
        return f"asks a credential helper for {image.host}"
    if cause is None or cause in _NOT_OF_THE_VARIABLE:
        return f"has a login for {image.host}"
    if cause is Cause.HELPER_MISSING:
        return f"asks a credential helper for {image.host}, if the runner's machine has it (--helper says so)"
    end = valid_until(rival.listed.description)
    if cause is Cause.EXPIRED and seen.cause is not Cause.EXPIRED and not (end and end <= facts.now):
        return f"has a login for {image.host}, which has expired and has to be rotated afterwards"
    return ""

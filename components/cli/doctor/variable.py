"""Step two: which `DOCKER_AUTH_CONFIG` the job sees, and what text the runner reads from it."""

import difflib
import re
from datetime import datetime
from typing import Final

from ...docker.auth import PLACEHOLDER
from ...docker.image_reference import ImageReference
from ...variables.description import hosts as hosts_in
from ...variables.description import valid_until
from ...variables.keys import AWS_ROLE
from ...variables.listed import ListedVariable
from ...variables.references import references
from .causes.cause import Cause
from .causes.finding import Finding
from .credential import touching
from .expansion import expand, view_of
from .facts import KEY, Facts, VariableWithValue

_ROLE_KIND: Final = re.compile(r":role/(?:.+/)?(?P<kind>job|push)/[^/]+$")


def visible(facts: Facts) -> tuple[VariableWithValue | None, Finding | None]:
    """The variable that reaches the job, or the reason why none does."""
    held, view = view_of(KEY, facts)
    if held is not None:
        return held, None
    # The variable that comes nearest to reaching the job is first: it is the one to repair.
    for variable, reason in sorted(view.others, key=lambda other: -other[0].level.rank):
        if cause := _kept_out(variable, facts):
            return None, Finding(cause, f"{variable.name} {reason}", _open(cause, variable))
    if misspelled := difflib.get_close_matches(KEY, _other_keys(facts), n=1, cutoff=0.85):
        return None, Finding(
            Cause.VARIABLE_ABSENT,
            f"no {KEY} reaches the job, but {misspelled[0]} does, which the runner does not look for",
            f"rename the variable to {KEY}",
        )
    if facts.declared:
        return None, Finding(
            Cause.VARIABLE_DELETED,
            f"no {KEY} reaches the job, although the stack declares one for {facts.declared[0]}: somebody deleted it",
            "run `gitlab-ecr rotate`, which creates it again; `pulumi up` does not notice that it is gone",
        )
    if found := _of_another_access(facts):
        return None, found
    where = f"{facts.job.project} and the groups above it"
    unseen = f" (this token may not look into {', '.join(facts.unseen)})" if facts.unseen else ""
    return None, Finding(
        Cause.VARIABLE_ABSENT,
        f"no {KEY} reaches the job: there is none in {where}{unseen}",
        "add the project or its group to consumers in the stack file, and run `pulumi up`; if it is there and the "
        "variable was deleted, run `gitlab-ecr rotate`, which creates it again (`up` does not)",
    )


def _of_another_access(facts: Facts) -> Finding | None:
    """The job has one of the stack's roles, which only its script can use; the runner gets no login from it."""
    role, _ = view_of(AWS_ROLE, facts)
    kind = _ROLE_KIND.search((role and role.value) or "")
    if role is None or kind is None:
        return None
    how = "access: job-role, for pulls inside its jobs" if kind["kind"] == "job" else "push, but no pull"
    return Finding(
        Cause.VARIABLE_ABSENT,
        f"no {KEY} reaches the job: its consumer has {how} ({role.listed.name}); the runner, which pulls image: before "
        "the job begins, gets no login from that",
        "add pull to the consumer in the stack file (with access: rotated-variable), and run `pulumi up`",
    )


def hidden_finding(held: VariableWithValue, host: str, now: datetime) -> Finding | None:
    """What is wrong with a hidden value, by its description: the rotator writes both together."""
    description = held.listed.description
    end = valid_until(description)
    if end is None:
        return Finding(
            Cause.HIDDEN,
            f"{held.listed.name} is hidden: GitLab shows its value to nobody, and gitlab-ecr did not write it",
            "run a job and give its log to `gitlab-ecr doctor --job-log FILE`, or delete the variable and create it "
            "again",
        )
    if end <= now:
        return expired(held.listed, end)
    hosts = hosts_in(description)
    if hosts and host not in hosts:
        return Finding(
            Cause.OTHER_HOST,
            f"{held.listed.name} is for {', '.join(hosts)}, but the image is on {host}",
            f"use {hosts[0]} in the image reference, or add {host} to the consumer's registries or hostForms",
        )
    return None


def expired(listed: ListedVariable, end: datetime) -> Finding:
    """The token has expired."""
    return Finding(
        Cause.EXPIRED,
        f"the token in {listed.name} expired at {end:%Y-%m-%dT%H:%MZ}",
        "run `gitlab-ecr rotate`, then `gitlab-ecr status` to see why no run renewed it",
    )


def read_text(held: VariableWithValue, image: ImageReference, facts: Facts) -> str | Finding:
    """The text as it reaches the runner: GitLab and the runner expand `$` unless the variable is raw.

    A `$` in another registry's entry does not affect the image's.
    """
    value = held.value or ""
    if value.strip() == PLACEHOLDER:
        return Finding(
            Cause.NEVER_ROTATED,
            f"{held.listed.name} holds the placeholder: no rotation has written a token into it",
            "run `gitlab-ecr rotate`, and read what it says about this variable",
        )
    if held.listed.raw:
        if names := [each for each in references(touching(value, image)) if each != "$$"]:
            return Finding(
                Cause.EXPANSION,
                f"{held.listed.name} is raw, so {names[0]} in it is not expanded",
                "write the value itself, or switch `Expand variable reference` on",
            )
        return value
    expanded = expand(value, facts)
    undefined = expand(touching(value, image), facts).undefined
    if undefined:
        return Finding(
            Cause.EXPANSION,
            f"{held.listed.name} is not raw, so ${undefined[0]} in it expands to nothing",
            "switch `Expand variable reference` off (raw), or define that variable for this job",
        )
    return value if expanded.unknown else expanded.text


def hiding(seen: VariableWithValue, other: VariableWithValue, what: str, good: str) -> Finding:
    """The job sees a variable that fails, and it hides another one that would work."""
    return Finding(
        Cause.SHADOWED,
        f"{seen.listed.name} hides {other.listed.name} completely: the visible one {what}, the hidden one {good}",
        f"delete {seen.listed.name}, or merge both into it with adopt: true",
    )


def _other_keys(facts: Facts) -> list[str]:
    return sorted({held.listed.key for held in facts.variables if held.listed.key != KEY})


def _kept_out(variable: ListedVariable, facts: Facts) -> Cause | None:
    if variable.protected and not facts.job.is_protected:
        return Cause.PROTECTED
    return Cause.SCOPE if variable.environment_scope != "*" else None


def _open(cause: Cause, variable: ListedVariable) -> str:
    if cause is Cause.PROTECTED:
        return "write protected: false for the consumer, so that merge requests can pull; or protect the ref"
    return (
        f'write environmentScopes with "*" for the consumer, or give the job an environment that matches '
        f"{variable.environment_scope}"
    )

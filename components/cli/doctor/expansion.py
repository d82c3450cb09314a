"""Expands `$NAME` in a value as GitLab and the runner do."""

import re
from dataclasses import dataclass
from typing import Final

from ...variables.job_view import Job, View, job_view
from ...variables.references import REFERENCE
from .facts import Facts, VariableWithValue

_DEPTH: Final = 5
_ONLY_A_JOB_KNOWS: Final = ("CI_", "GITLAB_", "FF_", "RUNNER_")


@dataclass(frozen=True)
class Expanded:
    """A text after expansion.

    Attributes:
        undefined: the names of variables that do not exist; they expand to nothing.
        unknown: the names of variables that only a running job has.
    """

    text: str
    undefined: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def view_of(key: str, facts: Facts) -> tuple[VariableWithValue | None, View]:
    """The variable that the job sees for the key, and the whole view."""
    view = job_view(key, facts.job, [held.listed for held in facts.variables])
    return next((held for held in facts.variables if held.listed is view.seen), None), view


def expand(text: str, facts: Facts, depth: int = _DEPTH) -> Expanded:
    """The text, with each reference replaced by what the job sees."""
    undefined: dict[str, None] = {}
    unknown: dict[str, None] = {}

    def replacement(match: re.Match[str]) -> str:  # noqa: PLR0911 - one kind of name, one return
        if match["dollar"]:
            return "$"
        name = match["name"] or match["braced"]
        if (known := _of_the_job(facts.job).get(name)) is not None:
            return known
        if name.startswith(_ONLY_A_JOB_KNOWS):
            unknown[name] = None
            return match[0]
        held, _ = view_of(name, facts)
        if held is None:
            undefined[name] = None
            return ""
        if held.value is None:
            unknown[name] = None
            return match[0]
        if held.listed.raw or depth == 0:
            return held.value
        inner = expand(held.value, facts, depth - 1)
        undefined.update(dict.fromkeys(inner.undefined))
        unknown.update(dict.fromkeys(inner.unknown))
        return inner.text

    return Expanded(REFERENCE.sub(replacement, text), tuple(undefined), tuple(unknown))


def _of_the_job(job: Job) -> dict[str, str]:
    known = {
        "CI_PROJECT_PATH": job.project,
        "CI_PROJECT_NAME": job.project.rpartition("/")[2],
        "CI_PROJECT_NAMESPACE": job.project.rpartition("/")[0],
        "CI_COMMIT_REF_NAME": job.ref,
    }
    return known | ({"CI_ENVIRONMENT_NAME": job.environment} if job.environment else {})

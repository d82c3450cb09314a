"""A family of messages that mean the same, whichever program writes them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from .....docker.auth import DOCKER_AUTH_CONFIG
from .....docker.redaction import redact
from ...causes.cause import Cause
from ...causes.finding import Finding
from ...causes.sections import fix_of
from ..images import host_of, is_docker_hub
from ..lines import Line
from ..story import IN_THE_JOB, PULLS, Step

BY_THE_RUNNER: Final = PULLS | {Step.PREPARATION}
"""Steps in which the runner or its cluster pulls, before the job begins."""
BY_THE_JOB: Final = IN_THE_JOB
"""Steps in which the job's own commands run."""
ANYWHERE: Final = BY_THE_RUNNER | BY_THE_JOB

_QUOTE_LIMIT: Final = 240


@dataclass(frozen=True)
class Clue:
    """A line that a family recognizes, with its context.

    Attributes:
        match: the match of the family's pattern.
        line: the line.
        step: the step that the line belongs to.
        image: the image in question; empty when no line names one.
        source: where the runner took the login from; empty when it had none, or when the job itself pulled.
        executor: the runner's executor; empty when the log does not say.
        runner: the runner's version; empty when the log does not say.
        command: the job's command that printed the line.
    """

    match: re.Match[str]
    line: Line
    step: Step
    image: str = ""
    source: str = ""
    executor: str = ""
    runner: str = ""
    command: str = ""

    @property
    def by_the_runner(self) -> bool:
        """Whether the runner was pulling, rather than the job."""
        return self.step in BY_THE_RUNNER

    @property
    def host(self) -> str:
        """The image's registry host; `the registry` when it is not known."""
        return host_of(self.image) or "the registry"

    @property
    def on_docker_hub(self) -> bool:
        """Whether the image is on Docker Hub."""
        return is_docker_hub(self.image)

    @property
    def what_image(self) -> str:
        """The image, or a phrase when it is not known."""
        return self.image or "the image"


def quoted(text: str) -> str:
    """Another program's words in one line: shortened, and without anything that could be a credential."""
    words = " ".join(redact(text).replace("`", "'").split())
    return words if len(words) <= _QUOTE_LIMIT else f"{words[:_QUOTE_LIMIT]}..."


FindingOf = Callable[[Clue], Finding | None]
"""Makes the finding from a clue; None when the line's context speaks against it."""


@dataclass(frozen=True)
class Family:
    """Messages with one cause.

    Attributes:
        cause: the cause.
        example: a line from a log.
        marks: lower-case texts; each of the family's lines holds one of them.
        pattern: the regular expression that decides.
        steps: the steps that can print such a line.
        finding_of: makes the finding from a clue.
        unless: a pattern for lines that are no failure although `pattern` matches.
        follows: whether an earlier command's failure can be the real reason.
    """

    cause: Cause
    example: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]
    steps: frozenset[Step]
    finding_of: FindingOf = field(repr=False)
    unless: re.Pattern[str] | None = None
    follows: bool = False

    def match(self, line: Line) -> re.Match[str] | None:
        """The match, if the line belongs to the family."""
        low = line.text.lower()
        if not any(mark in low for mark in self.marks):
            return None
        match = self.pattern.search(line.text)
        return None if match is None or (self.unless and self.unless.search(line.text)) else match


def family(
    cause: Cause,
    marks: str,
    pattern: str,
    finding_of: FindingOf | str,
    *,
    example: str,
    steps: frozenset[Step] = ANYWHERE,
    fix: str = "",
    unless: str = "",
    follows: bool = False,
) -> Family:
    """Makes a family.

    Args:
        cause: the cause.
        marks: lower-case texts, separated by `|`; each of the family's lines holds one of them.
        pattern: a regular expression without nested repetition. It ignores case.
        finding_of: makes the finding from a clue; or a text in which `{image}`, `{host}`, `{source}`, `{command}` and
            the pattern's named groups stand for what the log says.
        example: a line from a log.
        steps: the steps that can print such a line.
        fix: what to do; by default the cause's own fix.
        unless: a regular expression for lines that are no failure although `pattern` matches.
        follows: whether an earlier command's failure can be the real reason.
    """
    return Family(
        cause=cause,
        example=example,
        marks=tuple(marks.split("|")),
        pattern=re.compile(pattern, re.IGNORECASE),
        steps=steps,
        finding_of=_words(cause, finding_of, fix) if isinstance(finding_of, str) else finding_of,
        unless=re.compile(unless, re.IGNORECASE) if unless else None,
        follows=follows,
    )


def found(cause: Cause, what: str, fix: str = "") -> Finding:
    """A finding. It has the cause's own fix unless another is given."""
    return Finding(cause, what, fix or fix_of(cause))


def _words(cause: Cause, what: str, fix: str) -> FindingOf:
    def finding_of(clue: Clue) -> Finding:
        groups = {name: quoted(text or "") for name, text in clue.match.groupdict().items()}
        words = {
            "image": clue.what_image,
            "host": clue.host,
            "source": clue.source or DOCKER_AUTH_CONFIG,
            "command": quoted(clue.command),
        }
        return found(cause, what.format(**words | groups), fix.format(**words | groups) if fix else "")

    return finding_of

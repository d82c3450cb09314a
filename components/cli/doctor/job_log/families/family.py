"""A family of messages that mean the same, whoever writes them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from .....docker.redaction import redact
from ...causes.cause import Cause
from ...causes.finding import Finding
from ...causes.sections import fix_of
from ..images import host_of, is_docker_hub
from ..lines import Line
from ..story import IN_THE_JOB, PULLS, Step

BY_THE_RUNNER: Final = PULLS | {Step.PREPARATION}
"""The runner or its cluster pulls: the job has not begun."""
BY_THE_JOB: Final = IN_THE_JOB
"""The job's own commands."""
ANYWHERE: Final = BY_THE_RUNNER | BY_THE_JOB

_QUOTE_LIMIT: Final = 240


@dataclass(frozen=True)
class Clue:
    """A line that a family knows, and what surrounds it.

    Attributes:
        image: the image in question; empty when no line names one.
        source: where the runner took the login from; empty when it had none, or the job asked.
        executor: the runner's; empty when the log does not say.
        command: the job's command that printed the line.
    """

    match: re.Match[str]
    line: Line
    step: Step
    image: str = ""
    source: str = ""
    executor: str = ""
    command: str = ""

    @property
    def by_the_runner(self) -> bool:
        """Whether the runner pulls, not the job."""
        return self.step in BY_THE_RUNNER

    @property
    def host(self) -> str:
        """The image's registry host; `the registry` when it is not known."""
        return host_of(self.image) or "the registry"

    @property
    def on_docker_hub(self) -> bool:
        """Whether the image is one of Docker Hub's."""
        return is_docker_hub(self.image)

    @property
    def what_image(self) -> str:
        """The image, or words for it."""
        return self.image or "the image"


def quoted(text: str) -> str:
    """Words of another program: without what could be a credential, in one line, and not too many."""
    words = " ".join(redact(text).replace("`", "'").split())
    return words if len(words) <= _QUOTE_LIMIT else f"{words[:_QUOTE_LIMIT]}..."


Tell = Callable[[Clue], Finding | None]
"""The finding from a clue; None when what surrounds the line speaks against it."""


@dataclass(frozen=True)
class Family:
    """Messages with one cause.

    Attributes:
        cause: which one.
        example: a line as it stands in logs.
        marks: one of them stands in each of its lines, in small letters.
        pattern: what makes it certain.
        steps: where it can stand.
        tell: what was found, from a clue.
        unless: what makes a line no failure, though the pattern fits.
        follows: an earlier command's failure explains it.
    """

    cause: Cause
    example: str
    marks: tuple[str, ...]
    pattern: re.Pattern[str]
    steps: frozenset[Step]
    tell: Tell = field(repr=False)
    unless: re.Pattern[str] | None = None
    follows: bool = False

    def match(self, line: Line) -> re.Match[str] | None:
        """The line's match, if it is one of the family."""
        low = line.text.lower()
        if not any(mark in low for mark in self.marks):
            return None
        match = self.pattern.search(line.text)
        return None if match is None or (self.unless and self.unless.search(line.text)) else match


def family(
    cause: Cause,
    marks: str,
    pattern: str,
    tell: Tell | str,
    *,
    example: str,
    steps: frozenset[Step] = ANYWHERE,
    fix: str = "",
    unless: str = "",
    follows: bool = False,
) -> Family:
    """A family.

    Args:
        cause: which one.
        marks: what each of its lines holds, in small letters; a `|` stands between several.
        pattern: a regular expression without nested repetition; case does not count.
        tell: the finding from a clue, or what was found in words: `{image}`, `{host}`, `{source}`, `{command}` and the
            pattern's named groups stand for what the log says.
        example: a line as it stands in logs.
        steps: where it can stand.
        fix: what to do; the cause's own fix when left out.
        unless: a regular expression for lines that are no failure.
        follows: an earlier command's failure explains it.
    """
    return Family(
        cause=cause,
        example=example,
        marks=tuple(marks.split("|")),
        pattern=re.compile(pattern, re.IGNORECASE),
        steps=steps,
        tell=_words(cause, tell, fix) if isinstance(tell, str) else tell,
        unless=re.compile(unless, re.IGNORECASE) if unless else None,
        follows=follows,
    )


def found(cause: Cause, what: str, fix: str = "") -> Finding:
    """A finding; with the cause's own fix unless another is given."""
    return Finding(cause, what, fix or fix_of(cause))


def _words(cause: Cause, what: str, fix: str) -> Tell:
    def tell(clue: Clue) -> Finding:
        groups = {name: quoted(text or "") for name, text in clue.match.groupdict().items()}
        words = {
            "image": clue.what_image,
            "host": clue.host,
            "source": clue.source or "DOCKER_AUTH_CONFIG",
            "command": quoted(clue.command),
        }
        return found(cause, what.format(**words | groups), fix.format(**words | groups) if fix else "")

    return tell

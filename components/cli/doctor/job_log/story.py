"""The story of a job, step by step: what was pulled with which login, which commands ran, how the job ended."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from .lines import Line

_KEPT: Final = 300


class Step(Enum):
    """A step of a job. The value is its name in messages."""

    PREPARATION = "the runner's preparation"
    HELPER = "pulling the runner's helper image"
    SERVICE = "pulling the service"
    JOB_IMAGE = "pulling the job's image"
    SOURCES = "getting sources, cache and artifacts"
    SCRIPT = "the script"
    AFTERWARDS = "saving cache and artifacts"


PULLS: Final = frozenset({Step.HELPER, Step.SERVICE, Step.JOB_IMAGE})
IN_THE_JOB: Final = frozenset({Step.SOURCES, Step.SCRIPT, Step.AFTERWARDS})


def keep(lines: list[Line], line: Line) -> None:
    """Appends a line. When there are very many, only the first and the last are kept."""
    if len(lines) >= _KEPT:
        del lines[_KEPT // 2]
    lines.append(line)


@dataclass
class Pull:
    """The runner's pull of one image.

    Attributes:
        source: where the runner took the login from, in the runner's words; empty when it had none.
        lines: the lines printed during the pull.
        pulled: whether the pull succeeded.
        failing: whether a line says that the pull failed.
    """

    image: str
    step: Step
    source: str = ""
    lines: list[Line] = field(default_factory=list[Line])
    pulled: bool = False
    failing: bool = False


@dataclass
class Command:
    """A command of the script, and what it printed."""

    text: str = ""
    lines: list[Line] = field(default_factory=list[Line])


@dataclass(frozen=True)
class End:
    """How the job ended.

    Attributes:
        line: the line that says so.
        error: the error after `Job failed: `.
        step: the step in which the job failed.
    """

    line: Line
    error: str
    step: Step


@dataclass
class Story:
    """The whole story of a job.

    Attributes:
        runner: the runner's version, such as `18.1.0`; empty when the log does not say.
        executor: `docker`, `kubernetes` or another; empty when the log does not say.
        unresolved: the warnings that the runner cannot resolve the secret with the login for the job's image.
        dropped: the warnings that the runner does not use a login, when the log shows no pull that they belong to.
        job_image: the job's image, as the runner writes it.
        pulls: the pulls by image, in order.
        commands: the script's commands, in order; the first holds what was printed before any command.
        prepared: whether the job's containers ran, so that every image had been pulled.
        script_succeeded: whether the script succeeded.
        succeeded: whether the log says `Job succeeded`.
        end: how the job failed; None when no line says so.
        loose: the lines that belong to no pull and no command.
    """

    runner: str = ""
    executor: str = ""
    unresolved: list[Line] = field(default_factory=list[Line])
    dropped: list[Line] = field(default_factory=list[Line])
    job_image: str = ""
    pulls: dict[str, Pull] = field(default_factory=dict[str, Pull])
    commands: list[Command] = field(default_factory=list[Command])
    prepared: bool = False
    script_succeeded: bool = False
    succeeded: bool = False
    end: End | None = None
    loose: list[Line] = field(default_factory=list[Line])

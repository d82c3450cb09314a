"""Judges a log: which step failed, which cause the lines name, and what the log rules out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..causes.cause import Cause
from ..causes.finding import Finding
from .families.aws import AWS
from .families.family import Clue, Family, quoted
from .families.secret_roles import RESOLVING
from .families.secrets import SECRETS, UNRESOLVED
from .families.table import FAMILIES
from .families.unplaced import either
from .follow import MARKS, follow
from .images import image_in, image_of, image_of_command
from .lines import Line, marked_lines
from .story import PULLS, Command, Pull, Step, Story

_MARKS: Final = tuple(sorted({*MARKS, *(mark for family in FAMILIES for mark in family.marks)}))
_LONG: Final = 120
_EMPTY: Final = next(family for family in FAMILIES if family.cause is Cause.EMPTY_PASSWORD)
_SERVICES: Final = [family for family in FAMILIES if family.cause is Cause.NOT_PRIVILEGED]
_BEFORE_A_LOGIN: Final = {
    Cause.NO_AWS_CREDENTIALS,
    Cause.NO_AWS_REGION,
    Cause.AWS_CREDENTIALS,
    Cause.TOKEN_DENIED,
    Cause.COMMAND_MISSING,
    Cause.UNREACHABLE,
}
"""Causes for which a command prints no password to the login after the pipe."""
_OF_A_LOGIN: Final = {
    Cause.VARIABLE_ABSENT,
    Cause.EXPIRED,
    Cause.REFUSED_TOKEN,
    Cause.PULL_DENIED,
    Cause.IAM_POLICY,
    Cause.REPOSITORY_POLICY,
    Cause.BAD_DOCUMENT,
    Cause.BARE_PASSWORD,
    Cause.BAD_AUTH,
    Cause.WRONG_USER,
    Cause.HELPER_MISSING,
    Cause.HELPER_FAILED,
    Cause.HELPER_MIXED,
}
"""Causes of a failed pull that another login would change."""
_NO_PASSWORD: Final = "; so the command failed, and `docker login` got an empty password"  # noqa: S105 - no password


@dataclass(frozen=True)
class Verdict:
    """The verdict on a log.

    Attributes:
        finding: the cause; None when the lines name no known one.
        succeeded: whether the job succeeded.
        failed: the step that failed, in words; empty when the log does not say.
        image: the image whose pull failed; empty when another step failed.
        ruled_out: what is in order according to the log, a line each.
    """

    finding: Finding | None
    succeeded: bool = False
    failed: str = ""
    image: str = ""
    ruled_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Failure:
    step: Step
    lines: Sequence[Line]
    pull: Pull | None = None
    commands: Sequence[Command] = ()
    sure: bool = True  # False when no line shows which step it is


def read(log: bytes) -> Verdict:
    """The verdict on a log, in any encoding, complete or not."""
    story = follow(marked_lines(log, _MARKS))
    if story.end is None and story.succeeded:
        return Verdict(None, succeeded=True, ruled_out=_ruled_out(story))
    failure = _failure(story)
    if failure is None:
        return Verdict(None, ruled_out=_ruled_out(story))
    image = failure.pull.image if failure.pull and failure.step in PULLS else ""
    failed = _in_words(failure, story) if story.end or image else ""
    return Verdict(_finding(failure, story), failed=failed, image=image, ruled_out=_ruled_out(story))


def _failure(story: Story) -> _Failure | None:
    """What failed, with every line about it."""
    end = story.end
    failing = [pull for pull in story.pulls.values() if pull.failing]
    if end is not None and end.step in PULLS:
        pull = next((pull for pull in failing if end.line in pull.lines), failing[-1] if failing else None)
        of_the_pod = story.loose if story.executor == "kubernetes" else []  # its events name no image
        return _Failure(end.step, [*of_the_pod, *(pull.lines if pull else [end.line])], pull)
    if end is not None and end.step is Step.PREPARATION:
        pull = failing[-1] if failing else _unfinished(story)
        return _Failure(Step.PREPARATION, [*story.loose, *(pull.lines if pull else []), end.line])
    if end is None and failing and not story.commands:
        return _Failure(failing[-1].step, failing[-1].lines, failing[-1])
    step = end.step if end is not None else Step.SCRIPT
    after = [] if end is None else [end.line]
    if story.commands:
        return _Failure(step, [*story.commands[-1].lines, *after], commands=story.commands)
    pending = _unfinished(story)
    if end is None and not story.prepared and pending and pending.lines:
        return _Failure(pending.step, pending.lines, pending)
    lines = [*story.loose, *after] or story.dropped
    sure = end is not None or story.prepared
    return _Failure(step, lines, sure=sure) if lines or story.unresolved else None


def _unfinished(story: Story) -> Pull | None:
    return next((pull for pull in reversed(story.pulls.values()) if not pull.pulled), None)


def _finding(failure: _Failure, story: Story) -> Finding | None:
    command = failure.commands[-1].text if failure.commands else ""
    found = _first(_families(story), failure, failure.lines, command, story)
    if not failure.sure:
        of_runner = _first(FAMILIES, replace(failure, step=Step.PREPARATION), failure.lines, command, story)
        found = either(found, of_runner, failure.lines)
    if story.unresolved and _failed_without_the_secret(found, failure, story):
        pull = replace(failure, step=Step.JOB_IMAGE)
        found = _first([UNRESOLVED], pull, story.unresolved, command, story)
    if found is None:
        return None
    family, finding = found
    if family.cause in _BEFORE_A_LOGIN and any(_EMPTY.match(line) for line in failure.lines):
        return replace(finding, what=f"{finding.what}{_NO_PASSWORD}")
    if family.cause is Cause.NO_DOCKER_DAEMON and (
        # The service's log comes before the script.
        root := _first(_SERVICES, failure, story.loose, command, story)
    ):
        return root[1]
    if family.follows:
        # An earlier login that failed, or printed nothing, explains it better.
        roots = [other for other in FAMILIES if not other.follows]
        for earlier in reversed(failure.commands[:-1]):
            if root := _first(roots, failure, earlier.lines, earlier.text, story):
                empty = _NO_PASSWORD if family.cause is Cause.EMPTY_PASSWORD else ""
                return replace(root[1], what=f"{root[1].what}{empty}")
    return finding


def _families(story: Story) -> Iterable[Family]:
    """The families that can decide. A secret that cannot be read is no fault of a registry."""
    return (*SECRETS, *AWS) if story.end and RESOLVING in story.end.error else FAMILIES


def _failed_without_the_secret(found: tuple[Family, Finding] | None, failure: _Failure, story: Story) -> bool:
    """Whether the job failed because the runner did not resolve the secret with the login."""
    if found is None:
        return story.end is None and not story.prepared
    return failure.step in PULLS and found[0].cause in _OF_A_LOGIN


def _first(
    families: Iterable[Family], failure: _Failure, lines: Sequence[Line], command: str, story: Story
) -> tuple[Family, Finding] | None:
    """The first family that recognizes one of the lines, with its finding."""
    for family in families:
        if failure.step not in family.steps:
            continue
        for line in lines:
            if match := family.match(line):
                clue = Clue(match, line, failure.step, executor=story.executor, runner=story.runner, command=command)
                finding = family.finding_of(_with_image(clue, failure, lines, story))
                if finding is not None:
                    return family, replace(finding, log_line=line.number)
    return None


def _with_image(clue: Clue, failure: _Failure, lines: Sequence[Line], story: Story) -> Clue:
    pulled = story.job_image in story.pulls and story.pulls[story.job_image].pulled
    expected = "" if pulled else story.job_image
    if failure.step in PULLS and failure.pull is not None:
        image = failure.pull.image or image_of(line.text for line in lines) or expected
        return replace(clue, image=image, source=failure.pull.source)
    if clue.by_the_runner:
        return replace(clue, image=image_in(clue.line.text) or expected)
    before = [line.text for line in reversed(lines) if line.number <= clue.line.number]
    after = [line.text for line in lines if line.number > clue.line.number]
    return replace(clue, image=image_of([*before, *after]) or image_of_command(clue.command))


def _in_words(failure: _Failure, story: Story) -> str:
    """The step that failed, such as "the script failed, in `make test` (exit code 2)"."""
    if failure.step in PULLS:
        image = failure.pull.image if failure.pull else ""
        return f"{failure.step.value} {quoted(image)}".rstrip() + " failed"
    error = quoted(story.end.error) if story.end and story.end.error else ""
    why = f" ({error})" if error else ""
    # When the lines of two jobs are mixed, nobody can say whose command was the last one.
    mixed = story.succeeded and story.end is not None
    command = failure.commands[-1].text if failure.commands and failure.step is Step.SCRIPT and not mixed else ""
    shown = f", in `{quoted(command[:_LONG])}`" if command else ""
    return f"{failure.step.value} failed{shown}{why}"


def _ruled_out(story: Story) -> tuple[str, ...]:
    """What went well, so that nobody investigates it again."""
    out: list[str] = []
    for pull in story.pulls.values():
        if pull.pulled and pull.image:
            login = f" with the login from {quoted(pull.source)}" if pull.source else ""
            name = {Step.HELPER: "the helper image", Step.SERVICE: "the service"}.get(pull.step, "the image")
            out.append(f"{name} {quoted(pull.image)} was pulled{login}")
    if story.prepared and not out:
        out.append("the job's containers ran, so the images of the job and its services were pulled")
    if story.script_succeeded:
        out.append("the script succeeded")
    return tuple(out)

"""Shows what a broken target does to a rotation: breaks it in GitLab, rotates by the command line, repairs it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .consumers import Consumer
from .namespaces import BOT, INSTANCE, ROLES
from .scheduled_jobs import Watched
from .world import World

_DEVELOPER: Final = 30


class FaultError(Exception):
    """A rotation did not handle a broken target as promised. The message says what it did."""


@dataclass(frozen=True)
class FaultRun:
    """One rotation by the command line, after a change in GitLab.

    Attributes:
        what: what was changed in GitLab before it.
        command: the command as a person would type it.
        exit_code: the command's exit code; in GitLab, that of the job that it started.
        output: what it printed, line by line.
        targets: each target's entry in its report.
    """

    what: str
    command: str
    exit_code: int
    output: list[str]
    targets: list[dict[str, Any]]


def break_and_mend(world: World, rotations: Watched, consumers: Sequence[Consumer]) -> Iterator[FaultRun]:
    """Deletes one consumer and removes the rotator's role on another, in turn or at once, then repairs both.

    Both are broken at once if there is a third consumer, which must still be rotated.

    Raises:
        FaultError: another target failed, too; a broken one did not; or the exit code hides the failure.
    """
    consumers = list({each.path: each for each in consumers}.values())  # one may have several scopes
    gone, forbidden = _deletable(consumers), _top(consumers)[-1]
    if gone is None:
        yield from _demote_and_mend(world, rotations, forbidden)
        return
    deleted, demoted = f"{gone.name} is deleted", _demotion(forbidden)
    world.gitlab.delete(gone.path)
    at_once = len(consumers) > 2  # noqa: PLR2004 - the two that are broken
    if not at_once:
        yield _rotate(deleted, rotations, [gone])
        world.gitlab.restore(gone.path)
        deleted = f"{gone.name} is restored"
    _set_role(world, forbidden, demoted=True)
    before = forbidden.variable()
    yield _rotate(f"{deleted}, {demoted}", rotations, [gone, forbidden] if at_once else [forbidden])
    if forbidden.variable() != before:
        raise FaultError(f"{forbidden.name}: its variable changed without the right to change it")
    _set_role(world, forbidden, demoted=False)
    mended = f"the rotator's user has its role in {forbidden.name} again"
    if at_once:
        world.gitlab.restore(gone.path)
        mended = f"{gone.name} is restored, {mended}"
    yield _rotate(mended, rotations, [])


def one_line(target: dict[str, Any]) -> str:
    """A target of a report, in one line."""
    return ": ".join(filter(None, (target["target"], target["status"], target["reason"])))


def _rotate(what: str, rotations: Watched, broken: Sequence[Consumer]) -> FaultRun:
    ran, report = rotations.by_hand()
    run = FaultRun(what, ran.command, ran.exit_code, ran.output, report["targets"])
    _check(run, broken)
    return run


def _check(run: FaultRun, broken: Sequence[Consumer]) -> None:
    owners = tuple(f"{consumer.name} " for consumer in broken)
    wrong = [
        one_line(target)
        for target in run.targets
        if target["status"] != ("failed" if target["target"].startswith(owners) else "published")
    ]
    if bool(broken) != bool(run.exit_code):
        wrong.append(f"`{run.command}` ended with exit code {run.exit_code}")
    if wrong:
        raise FaultError("\n".join(f"after {run.what}: {line}" for line in wrong))


def _demote_and_mend(world: World, rotations: Watched, forbidden: Consumer) -> Iterator[FaultRun]:
    """The same where nothing can be deleted: the instance is the only consumer."""
    _set_role(world, forbidden, demoted=True)
    yield _rotate(_demotion(forbidden), rotations, [forbidden])
    _set_role(world, forbidden, demoted=False)
    yield _rotate(f"the rotator's user has its role in {forbidden.name} again", rotations, [])


def _demotion(consumer: Consumer) -> str:
    if consumer.kind == INSTANCE:
        return "the rotator's user is no administrator"
    return f"the rotator's user is only a Developer in {consumer.name}"


def _set_role(world: World, consumer: Consumer, *, demoted: bool) -> None:
    if consumer.kind == INSTANCE:
        world.gitlab.make_administrator(BOT, administrator=not demoted)
    else:
        world.gitlab.add_member(BOT, consumer.path, _DEVELOPER if demoted else ROLES[consumer.kind])


def _deletable(consumers: Sequence[Consumer]) -> Consumer | None:
    """A project; otherwise a group without another consumer in it, because deleting it deletes everything in it."""
    owners = [each for each in consumers if each.kind != INSTANCE]
    parents = {parent for each in owners for parent in each.parents()}
    alone = [each for each in owners if each.full_path not in parents]
    return next((each for each in alone if each.kind == "project"), alone[0] if alone else None)


def _top(consumers: Sequence[Consumer]) -> list[Consumer]:
    """Those that inherit no role from another; those first that lose it last, so that the two faults differ.

    An administrator has every role, so with a variable of the instance that right is the one to lose.
    """
    paths = {each.full_path for each in consumers}
    free = [each for each in consumers if paths.isdisjoint(each.parents())]
    gone = _deletable(consumers)
    return sorted(free, key=lambda each: each is not gone)

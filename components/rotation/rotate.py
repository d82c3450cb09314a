"""A rotation: plan in, report out. One token per audience and region, proven, then published to every target."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Final, TypeVar

from ..contract.plan import Audience, KeyUser, Plan, TokenTarget
from . import memory
from .aws import AwsError
from .keys.rotation import KeyRotation
from .memory import Memory
from .mint import DENIED, RefusedError, Token, mint
from .old_tokens import OldTokens
from .outside import Outside
from .prove import prove
from .publish import Publisher
from .report import AudienceResult, KeyResult, Report, Status, TargetResult
from .stored import Stored

_NEW_ROLE_SECONDS: Final = 90.0  # IAM is eventually consistent: a role of this `up` may be refused for a minute
_NEW_ROLE_PAUSE: Final = 5.0
_WORTH_STARTING: Final = 3.0  # seconds: with less left a target is not begun
_GONE_AFTER: Final = 3
_NO_TIME: Final = "not reached: the time of this run was over; what is there stays"
_T = TypeVar("_T")
_R = TypeVar("_R")
_Judged = TypeVar("_Judged", TargetResult, KeyResult)


def rotate(plan: Plan, outside: Outside, *, fired_by: str, run: str) -> Report:
    """Runs every step for every audience and target; a failure of one is a line in the report, never the end.

    Args:
        plan: what to do.
        outside: where.
        fired_by: deploy, schedule or manual.
        run: names this run; a repetition of a failed run has the same name.
    """
    started, begin = outside.clock.now(), outside.clock.monotonic()
    warnings: list[str] = []
    pool = ThreadPoolExecutor(max_workers=plan.gitlab.concurrency)
    try:
        remembered, reading = pool.submit(_remembered, plan, outside, warnings), pool.submit(Stored, plan, outside)
        minted = _each(pool, plan.audiences, _obtain(plan, outside, at_deploy=fired_by == "deploy"), _unminted, outside)
        tokens = {result.audience: found for result, found in minted if not result.reason}
        old_tokens = OldTokens(outside.registry_http, outside.clock)
        before, stored = remembered.result(), reading.result()
        publish = _publish(Publisher(plan, tokens, old_tokens), stored, outside)
        results = _each(pool, plan.targets, publish, _left, outside)
        changed = _change_keys(stored, outside, run, at_deploy=fired_by == "deploy")
        changes = _each(pool, plan.key_users, changed, _left_keys, outside)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    failed = [result for result in (*results, *changes) if result.status is Status.FAILED]
    after = before.after(
        run,
        {memory.digest(target) for target in (*plan.targets, *plan.key_users)},
        {memory.digest(result.target): result.absent for result in failed},
    )
    _remember(plan, outside, before, after, warnings)
    return Report(
        stack=plan.stack,
        fired_by=fired_by,
        started=started,
        seconds=outside.clock.monotonic() - begin,
        audiences=[result for result, _ in minted],
        targets=[_judged(result, before, after) for result in results],
        keys=[_judged(result, before, after) for result in changes],
        died_early=old_tokens.died_early,
        warnings=[*warnings, *stored.warnings],
        token_days=stored.days,
    )


def _each(
    pool: ThreadPoolExecutor,
    items: "Sequence[_T] | Mapping[_T, Any]",
    work: Callable[[_T], _R],
    unfinished: Callable[[_T], _R],
    outside: Outside,
) -> list[_R]:
    """What `work` makes of each item, in order; `unfinished` stands for what does not end before the deadline."""
    futures: list[tuple[_T, Future[_R]]] = [(item, pool.submit(work, item)) for item in items]
    wait([future for _, future in futures], timeout=outside.deadline.remaining())
    return [future.result() if future.done() else unfinished(item) for item, future in futures]


def _obtain(
    plan: Plan, outside: Outside, *, at_deploy: bool
) -> Callable[[str], tuple[AudienceResult, Mapping[str, Token]]]:
    give_up = outside.clock.monotonic() + (_NEW_ROLE_SECONDS if at_deploy else 0)

    def obtain(name: str) -> tuple[AudienceResult, Mapping[str, Token]]:
        while True:
            try:
                tokens = _proven(plan.audiences[name], outside)
            except RefusedError as error:
                pause = _NEW_ROLE_PAUSE * (0.5 + outside.clock.jitter())
                next_try = outside.clock.monotonic() + pause
                if not error.denied or next_try > give_up or pause > outside.deadline.remaining():
                    return AudienceResult(name, str(error), None), {}
                outside.clock.sleep(pause)
            else:
                return AudienceResult(name, "", min(token.expires_at for token in tokens.values())), tokens

    return obtain


def _proven(audience: Audience, outside: Outside) -> Mapping[str, Token]:
    tokens = mint(audience, outside.aws, outside.clock)
    prove(audience, tokens, outside.registry_http)
    return tokens


def _unminted(name: str) -> tuple[AudienceResult, Mapping[str, Token]]:
    return AudienceResult(name, "the time of this run was over before its token was there", None), {}


def _publish(publisher: Publisher, stored: Stored, outside: Outside) -> Callable[[TokenTarget], TargetResult]:
    def publish(target: TokenTarget) -> TargetResult:
        if outside.deadline.remaining() < _WORTH_STARTING:
            return _left(target)
        gitlab, foreign = stored.gitlab, stored.foreign.get(target.foreign or "")
        if isinstance(gitlab, str):
            return TargetResult(target, Status.FAILED, gitlab, None)
        if isinstance(foreign, str):
            return TargetResult(target, Status.FAILED, foreign, None)
        return publisher.publish(target, gitlab, foreign)

    return publish


def _left(target: TokenTarget) -> TargetResult:
    return TargetResult(target, Status.LEFT, _NO_TIME, None)


def _change_keys(stored: Stored, outside: Outside, run: str, *, at_deploy: bool) -> Callable[[KeyUser], KeyResult]:
    give_up = outside.clock.monotonic() + (_NEW_ROLE_SECONDS if at_deploy else 0)

    def change(user: KeyUser) -> KeyResult:
        if outside.deadline.remaining() < _WORTH_STARTING:
            return _left_keys(user)
        gitlab = stored.gitlab
        if isinstance(gitlab, str):
            return KeyResult(user, Status.FAILED, gitlab)
        while True:
            rotation = KeyRotation(user, gitlab, outside, run)
            try:
                return rotation.settle()
            except AwsError as error:
                pause = _NEW_ROLE_PAUSE * (0.5 + outside.clock.jitter())
                too_late = outside.clock.monotonic() + pause > give_up or pause > outside.deadline.remaining()
                if error.code not in DENIED or too_late:
                    return rotation.failed(error)
                outside.clock.sleep(pause)

    return change


def _left_keys(user: KeyUser) -> KeyResult:
    return KeyResult(user, Status.LEFT, _NO_TIME)


def _remembered(plan: Plan, outside: Outside, warnings: list[str]) -> Memory:
    try:
        return memory.loads(outside.aws.parameter(plan.state))
    except AwsError as error:
        warnings.append(f"what was there before is not known, the parameter {plan.state} cannot be read: {error}")
        return Memory()


def _remember(plan: Plan, outside: Outside, before: Memory, after: Memory, warnings: list[str]) -> None:
    if before.failing == after.failing == {} and before.targets == after.targets:
        return
    try:
        outside.aws.put_parameter(plan.state, memory.dumps(after))
    except AwsError as error:
        warnings.append(f"what failed is not remembered, the parameter {plan.state} cannot be written: {error}")


def _judged(result: _Judged, before: Memory, after: Memory) -> _Judged:
    """The result in the light of the runs before it."""
    if result.status is not Status.FAILED:
        return result
    digest = memory.digest(result.target)
    if after.failing[digest] >= _GONE_AFTER:
        return dataclasses.replace(result, status=Status.GONE)
    return dataclasses.replace(result, known=result.known or before.knows(digest))

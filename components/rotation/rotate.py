"""A rotation: mints one token per audience and region, verifies it, and publishes it to every target in the plan."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from ..contract.firing import FiredBy
from ..contract.plan import Plan
from . import memory
from .aws import AwsError
from .gitlab import GitLab
from .memory import Memory
from .mint import RefusedError, Token, is_denied, mint
from .old_tokens import OldTokens
from .prove import prove
from .publish import Publisher
from .report import Report
from .results import AudienceResult, KeyResult, Status, TargetResult
from .run import NEW_ROLE_PAUSE, Run
from .run_secrets import RunSecrets, Unavailable, read_secrets
from .services import Services
from .workers import Batch, bounded, unexpected
from .writing import Writing

_REMEMBER_SECONDS: Final = 5.0  # after the deadline, which leaves more than that

_Result = TargetResult | KeyResult
_Minted = tuple[AudienceResult, Mapping[str, Token]]


def rotate(plan: Plan, services: Services, *, fired_by: FiredBy, run: str) -> Report:
    """Runs every step for every audience and target. If one fails, the report says so, and the others go on.

    Args:
        plan: what to do.
        services: the services to use.
        fired_by: who started it.
        run: a name for this run; a retry of a failed run has the same name.
    """
    clock, warnings = services.clock, list[str]()
    this = Run(plan, services, fired_by, run, clock.now(), clock.monotonic())
    before, secrets, minted, digests = _prepare(this, warnings)
    tokens = {result.audience: found for result, found in minted if not result.reason}
    old_tokens = OldTokens(services.registry_http, clock)
    results = Writing(this, before, digests, secrets, Publisher(plan, tokens, old_tokens)).results()
    after = _after(this, before, digests, secrets, results)
    _remember(this, before, after, warnings)
    no_token = isinstance(secrets.gitlab, Unavailable) and secrets.gitlab.empty
    judged = [_judged(result, before, after, no_token=no_token) for result in results]
    return Report(
        stack=plan.stack,
        fired_by=fired_by,
        started=this.started,
        seconds=clock.monotonic() - this.begin,
        audiences=[result for result, _ in minted],
        targets=[result for result in judged if isinstance(result, TargetResult)],
        keys=[result for result in judged if isinstance(result, KeyResult)],
        died_early=old_tokens.died_early,
        warnings=[*warnings, *secrets.warnings],
        token_days=secrets.token_days,
    )


def _prepare(run: Run, warnings: list[str]) -> tuple[Memory, RunSecrets, Sequence[_Minted], Sequence[str]]:
    """Everything that the targets need. It takes at most half of the time, even if something hangs."""
    seconds = run.remaining / 2
    minted = Batch(run.plan.audiences, lambda name: _mint(run, name), _not_minted, threads=run.threads, seconds=seconds)
    remembered = Batch([run.plan.state], lambda name: _remembered(run, name), _unknown, threads=1, seconds=seconds)
    digests = memory.digests(run.plan)  # here, because the others only wait for answers
    secrets = read_secrets(run.plan, run.services, seconds)
    (before,) = remembered.results()
    if isinstance(before, str):
        warnings.append(
            f"the results of earlier runs are unknown: the parameter {run.plan.state} cannot be read: {before}"
        )
        before = Memory()
    return before, secrets, minted.results(), digests


def _remembered(run: Run, name: str) -> Memory | str:
    """The memory of the last run, or why there is none."""
    try:
        return memory.loads(run.services.aws.parameter(name))
    except AwsError as error:
        return str(error)


def _unknown(_: str, error: Exception | None) -> str:
    return unexpected(error) if error else "not done in time"


def _mint(run: Run, name: str) -> _Minted:
    audience, services = run.plan.audiences[name], run.services

    def proven() -> Mapping[str, Token]:
        tokens = mint(audience, services.aws, services.clock)
        prove(audience, tokens, services.registry_http, run.remaining)
        return tokens

    try:
        tokens = services.clock.retry(
            proven, is_denied, within=run.patience, pause=NEW_ROLE_PAUSE, longest=NEW_ROLE_PAUSE
        )
    except RefusedError as error:
        return AudienceResult(name, str(error), None), {}
    return AudienceResult(name, "", min(token.expires_at for token in tokens.values())), tokens


def _not_minted(name: str, error: Exception | None) -> _Minted:
    why = unexpected(error) if error else "this run had no time left to get its token"
    return AudienceResult(name, why, None), {}


def _after(run: Run, before: Memory, digests: Sequence[str], secrets: RunSecrets, results: Sequence[_Result]) -> Memory:
    """The memory for the next run."""
    return before.after(
        run.id,
        frozenset(digests),
        {memory.digest(result.target): result.absent for result in results if result.status is Status.FAILED},
        left={memory.digest(result.target) for result in results if result.status is Status.LEFT},
        token_seen=isinstance(secrets.gitlab, GitLab),
        now=run.started,
    )


def _remember(run: Run, before: Memory, after: Memory, warnings: list[str]) -> None:
    """Writes the memory if it has changed. Whatever happens here, the report still follows."""
    if before.failing == after.failing == {} and before == dataclasses.replace(after, run=before.run):
        return
    text = memory.dumps(after)

    def put() -> bool:
        run.services.aws.put_parameter(run.plan.state, text)
        return True

    try:
        why = "" if bounded(put, _REMEMBER_SECONDS) else "it took too long"
    except AwsError as error:
        why = str(error)
    except Exception as error:  # noqa: BLE001 - see above
        why = unexpected(error)
    if why:
        warnings.append(
            f"the next run will not know what failed: the parameter {run.plan.state} cannot be written: {why}"
        )


def _judged(result: _Result, before: Memory, after: Memory, *, no_token: bool) -> _Result:
    """The result, adjusted by what earlier runs found. Without any GitLab token, nothing is as it was."""
    if result.status is not Status.FAILED:
        return result
    digest = memory.digest(result.target)
    if after.failing[digest] >= memory.GONE_AFTER:
        return dataclasses.replace(result, status=Status.GONE)
    return dataclasses.replace(result, known=result.known or (before.knows(digest) and not no_token))

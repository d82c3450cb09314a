"""The Lambda's entry point: reads the event and the plan, runs the rotation, prints the report."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol, cast

from .loading import without_collections

with without_collections():
    from ..contract import plan as plans
    from ..contract.firing import FIRED_BY, FiredBy
    from . import metrics
    from .aws import BotoAws
    from .clock import Deadline, SystemClock
    from .http import PooledHttp
    from .keys.store import BotoKeyStore
    from .pace import Pace
    from .prove import AT_ONCE
    from .report import Report
    from .rotate import rotate
    from .run import threads
    from .services import Services

_PLAN: Final = Path(__file__).parents[1] / "plan.json"
_LAST_SECONDS: Final = 10.0  # kept for the report


class Context(Protocol):
    """The runtime's information about the invocation."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's own time limit."""
        ...


class RotationFailedError(Exception):
    """At least one audience or target failed; the message has a line for each, as far as they fit."""


def handle(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Runs one rotation.

    Args:
        event: `{"fired_by": "deploy" | "schedule" | "manual"}` and nothing else: the plan says what to rotate.
        context: the runtime's context.

    Returns:
        Counts, failures and notes. If a person started it by hand, also the whole report, even after failures.

    Raises:
        ValueError: the event is anything else.
        RotationFailedError: something failed; everything else was rotated.
    """
    who = fired_by(event)
    seconds = context.get_remaining_time_in_millis() / 1000
    report = run(plans.loads(_PLAN.read_text()), seconds, fired_by=who, run_id=context.aws_request_id)
    short = report.short()
    if who is FiredBy.MANUAL:
        return {**short, "report": report.bounded()}
    if report.failures:
        raise RotationFailedError("; ".join(short["failures"]))
    return short


def run(plan: plans.Plan, seconds: float, *, fired_by: FiredBy, run_id: str) -> Report:
    """Runs one rotation with the environment's credentials; prints its report and metrics.

    Args:
        plan: what to do.
        seconds: how long it may take.
        fired_by: who started it.
        run_id: names this run; a retry of a failed run has the same name.
    """
    # At DEBUG, both would write tokens into the log.
    for chatty in ("botocore", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    clock = SystemClock()
    deadline = Deadline(clock, seconds - _LAST_SECONDS)
    services = Services(
        aws=BotoAws(plan.region),
        key_store=BotoKeyStore(plan.region),
        registry_http=PooledHttp(deadline, connections=AT_ONCE * threads(plan)),
        gitlab_http=_gitlab_http(plan.gitlab, deadline) if plan.gitlab else None,
        clock=clock,
        deadline=deadline,
    )
    report = rotate(plan, services, fired_by=fired_by, run=run_id)
    print(report.log_line(), metrics.line(report), sep="\n", flush=True)  # noqa: T201 - the report belongs in the log
    return report


def _gitlab_http(gitlab: plans.GitLab, deadline: Deadline) -> PooledHttp:
    return PooledHttp(
        deadline,
        connections=gitlab.concurrency,
        ca_bundle=gitlab.ca_bundle,
        proxy=gitlab.proxy,
        allow_http=gitlab.allow_http,
        pace=Pace(deadline.clock, gitlab.requests_per_second),
    )


def fired_by(event: Any) -> FiredBy:
    """Who started a run, the only thing that an event may say.

    Raises:
        ValueError: it says anything else.
    """
    fields: dict[Any, Any] = dict(cast("Mapping[Any, Any]", event)) if isinstance(event, Mapping) else {}
    known = [who.value for who in FiredBy]
    if list(fields) != [FIRED_BY] or fields[FIRED_BY] not in known:
        raise ValueError(f'event: write {{"{FIRED_BY}": one of {known}}}, and no other key')
    return FiredBy(fields[FIRED_BY])

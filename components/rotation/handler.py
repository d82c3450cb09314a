"""The Lambda's entry: reads the event and the plan, delegates, prints the report."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol, cast

from ..contract import plan as plans
from . import metrics
from .aws import BotoAws
from .clock import Deadline, SystemClock
from .http import PooledHttp
from .keys.store import BotoKeyStore
from .pace import Pace
from .report import Report
from .rotate import rotate
from .services import Services

_PLAN: Final = Path(__file__).parents[1] / "plan.json"
_FIRED_BY: Final = ("deploy", "schedule", "manual")
_LAST_SECONDS: Final = 10.0  # kept for the report


class Context(Protocol):
    """What the runtime tells of the invocation."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's own time limit."""
        ...


class RotationFailedError(Exception):
    """At least one audience or target failed; the message has a line for each that fits."""


def handle(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """One rotation.

    Args:
        event: `{"fired_by": "deploy" | "schedule" | "manual"}` and nothing else: what is rotated stands in the plan.
        context: the runtime's.

    Returns:
        Counts, failures and notes; to a person who fired it by hand, also the whole report, failures or not.

    Raises:
        ValueError: another event.
        RotationFailedError: what could be rotated was, something could not.
    """
    who = fired_by(event)
    seconds = context.get_remaining_time_in_millis() / 1000
    report = run(plans.loads(_PLAN.read_text()), seconds, fired_by=who, run_id=context.aws_request_id)
    short = report.short()
    if who == "manual":
        return {**short, "report": report.bounded()}
    if report.failures:
        raise RotationFailedError("; ".join(short["failures"]))
    return short


def run(plan: plans.Plan, seconds: float, *, fired_by: str, run_id: str) -> Report:
    """One rotation with the credentials of the environment; its report and metrics go to standard output.

    Args:
        plan: what to do.
        seconds: when it has to be over.
        fired_by: deploy, schedule or manual.
        run_id: names this run; a repetition of a failed run has the same.
    """
    # At DEBUG, both would write tokens into the log.
    for chatty in ("botocore", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    clock = SystemClock()
    deadline = Deadline(clock, seconds - _LAST_SECONDS)
    gitlab = plan.gitlab
    services = Services(
        aws=BotoAws(plan.region),
        key_store=BotoKeyStore(plan.region),
        registry_http=PooledHttp(clock, deadline, connections=gitlab.concurrency),
        gitlab_http=PooledHttp(
            clock,
            deadline,
            connections=gitlab.concurrency,
            ca_bundle=gitlab.ca_bundle,
            proxy=gitlab.proxy,
            allow_http=gitlab.allow_http,
            pace=Pace(clock, gitlab.requests_per_second),
        ),
        clock=clock,
        deadline=deadline,
    )
    report = rotate(plan, services, fired_by=fired_by, run=run_id)
    print(report.log_line(), metrics.line(report), sep="\n", flush=True)  # noqa: T201 - the log is the report's place
    return report


def fired_by(event: Any) -> str:
    """Who fired a run, the one thing that an event may say.

    Raises:
        ValueError: it says anything else.
    """
    said: dict[Any, Any] = dict(cast("Mapping[Any, Any]", event)) if isinstance(event, Mapping) else {}
    if list(said) != ["fired_by"] or said["fired_by"] not in _FIRED_BY:
        raise ValueError(f'event: write {{"fired_by": one of {list(_FIRED_BY)}}}, and no other key')
    return str(said["fired_by"])

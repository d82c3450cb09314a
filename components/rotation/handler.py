"""The Lambda's entry: reads the event and the plan, delegates, prints the report."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from ..documents import plan as plans
from .aws import BotoAws
from .clock import Deadline, SystemClock
from .http import PooledHttp
from .rotate import Outside, rotate

_PLAN: Final = Path(__file__).parents[1] / "plan.json"
_FIRED_BY: Final = ("deploy", "schedule", "manual")
_LAST_SECONDS: Final = 10.0  # kept for the report


class Context(Protocol):
    """What the runtime tells of the invocation."""

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

    Raises:
        ValueError: another event.
        RotationFailedError: what could be rotated was, something could not.
    """
    # At DEBUG, both would write tokens into the log.
    for chatty in ("botocore", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    fired_by = _fired_by(event)
    plan = plans.loads(_PLAN.read_text())
    clock = SystemClock()
    deadline = Deadline(clock, context.get_remaining_time_in_millis() / 1000 - _LAST_SECONDS)
    connections = plan.gitlab.concurrency
    outside = Outside(
        aws=BotoAws(plan.region),
        registry_http=PooledHttp(clock, deadline, connections=connections),
        gitlab_http=PooledHttp(clock, deadline, connections=connections, ca_bundle=plan.gitlab.ca_bundle),
        clock=clock,
        deadline=deadline,
    )
    report = rotate(plan, outside, fired_by=fired_by)
    print(report.log_line(), report.metrics_line(), sep="\n", flush=True)  # noqa: T201 - the log is the report's place
    if report.failures:
        raise RotationFailedError("; ".join(report.short()["failures"]))
    return report.short()


def _fired_by(event: Mapping[str, Any]) -> str:
    fired_by = event.get("fired_by")
    if set(event) != {"fired_by"} or fired_by not in _FIRED_BY:
        raise ValueError(
            f'event: got the keys {sorted(event)}; write {{"fired_by": one of {list(_FIRED_BY)}}}, no more'
        )
    return str(fired_by)

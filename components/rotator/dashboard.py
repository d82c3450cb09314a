"""The rotator's CloudWatch dashboard as JSON."""

import json
from collections.abc import Sequence
from typing import Any, Final

from ..contract.metric_names import DIMENSION, NAMESPACE, Metric
from ..names.naming import Names

_FAILURES: Final = (
    "fields @timestamp, @message | filter @message like /gitlab_ecr_report/ "
    """and @message like /"ok":false/ | sort @timestamp desc | limit 20"""
)


def dashboard(
    names: Names, stack: str, alarm_arns: Sequence[str], *, in_lambda: bool = True, has_token: bool = True
) -> str:
    """The dashboard: alarms, remaining token lifetimes, failures, and the reports of failed runs.

    A GitLab job's reports are in its own log, which CloudWatch does not have.
    """

    def graph(title: str, x: int, *metrics: tuple[str, str]) -> dict[str, Any]:
        return {
            "type": "metric", "x": x, "y": 4, "width": 8, "height": 6,
            "properties": {
                "title": title, "region": names.region, "view": "timeSeries", "period": 3600,
                "metrics": [[NAMESPACE, name, DIMENSION, stack, {"stat": statistic}] for name, statistic in metrics],
            },
        }  # fmt: skip

    token = graph("GitLab token, days left", 16, (Metric.GITLAB_TOKEN_DAYS_REMAINING, "Minimum"))
    log: dict[str, Any] = {
        "type": "log", "x": 0, "y": 10, "width": 24, "height": 6,
        "properties": {
            "title": "Runs that failed", "region": names.region, "view": "table",
            "query": f"SOURCE '/aws/lambda/{names.rotator}' | {_FAILURES}",
        },
    }  # fmt: skip
    return json.dumps(
        {
            "widgets": [
                {
                    "type": "alarm", "x": 0, "y": 0, "width": 24, "height": 4,
                    "properties": {"title": "Alarms", "alarms": list(alarm_arns)},
                },
                graph("Seconds left in the shortest token", 0, (Metric.TOKEN_SECONDS_REMAINING, "Minimum")),
                graph("Targets", 8, (Metric.TARGETS_FAILED, "Maximum"), (Metric.TARGETS_GONE, "Maximum")),
                *([token] if has_token else []),
                *([log] if in_lambda else []),
            ]
        },
        separators=(",", ":"),
    )  # fmt: skip

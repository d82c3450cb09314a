"""Turns a report into CloudWatch metrics: in Lambda as an embedded metric format log line, elsewhere by a call."""

import json
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..contract.metric_names import DIMENSION, NAMESPACE, Metric
from .aws import aws_error
from .report import Report
from .results import Status

_UNITS: Final[dict[str, str]] = {Metric.TOKEN_SECONDS_REMAINING: "Seconds"}


def values(report: Report) -> dict[str, float]:
    """The metrics by name.

    `RotationSuccess` is 1 when the tokens of every audience were minted, verified, and written to at least one of its
    targets. It is also 1 for the first day without a GitLab token.
    `TokenSecondsRemaining` is the minimum over all targets whose token is known. Targets that are gone do not count.
    """
    remaining = [
        max(0.0, (result.expires_at - report.started).total_seconds())
        for result in report.targets
        if result.expires_at is not None and result.status is not Status.GONE
    ]
    metrics: dict[str, float] = {
        Metric.ROTATION_SUCCESS: int(_success(report)),
        Metric.TARGETS_FAILED: report.count(Status.FAILED) + report.count(Status.LEFT),
        Metric.TARGETS_GONE: report.count(Status.GONE),
        Metric.TOKEN_DIED_EARLY: len(report.died_early),
    }
    if remaining:
        metrics[Metric.TOKEN_SECONDS_REMAINING] = min(remaining)
    if report.token_days is not None:
        metrics[Metric.GITLAB_TOKEN_DAYS_REMAINING] = report.token_days
    return metrics


def line(report: Report) -> str:
    """The log line that CloudWatch turns into metrics, without a call or a permission."""
    found = values(report)
    metadata = {
        "Timestamp": int(report.started.timestamp() * 1000),
        "CloudWatchMetrics": [
            {
                "Namespace": NAMESPACE,
                "Dimensions": [[DIMENSION]],
                "Metrics": [{"Name": name, "Unit": _UNITS.get(name, "Count")} for name in found],
            }
        ],
    }
    return json.dumps({"_aws": metadata, DIMENSION: report.stack, **found}, separators=(",", ":"))


def put(report: Report, cloudwatch: Any) -> None:
    """Sends the same metrics by a call, for runs whose log does not go to CloudWatch.

    Args:
        report: the rotation.
        cloudwatch: boto3's client.

    Raises:
        AwsError: CloudWatch did not accept them.
    """
    stack = [{"Name": DIMENSION, "Value": report.stack}]
    data = [
        {
            "MetricName": name,
            "Dimensions": stack,
            "Timestamp": report.started,
            "Value": value,
            "Unit": _UNITS.get(name, "Count"),
        }
        for name, value in values(report).items()
    ]
    try:
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data)
    except (ClientError, BotoCoreError) as error:
        raise aws_error(error) from None


_SUCCESS: Final = (Status.PUBLISHED, Status.KEPT, Status.WAITING)


def _success(report: Report) -> bool:
    if any(audience.reason for audience in report.audiences):
        return False
    wanted = {result.target.audience for result in report.targets}
    held = {result.target.audience for result in report.targets if result.status in _SUCCESS}
    # If all targets are gone, nothing is published, which is no success. A stack without targets is one.
    gone = {result.target.audience for result in report.targets if result.status is Status.GONE}
    return wanted - gone <= held and bool(held or not wanted)

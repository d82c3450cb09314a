"""A rotation's metrics: the same in Lambda's log line and in the call that a GitLab job makes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from components.contract.firing import FiredBy
from components.contract.metric_names import NAMESPACE
from components.rotation import metrics
from components.rotation.aws import AwsError
from components.rotation.report import Report

_STARTED = datetime(2026, 11, 22, 12, tzinfo=UTC)
_REPORT = Report("test", FiredBy.SCHEDULE, _STARTED, 1.0, [], [], token_days=40)


class _CloudWatch:
    def __init__(self, code: str = "") -> None:
        self.code = code
        self.sent: dict[str, Any] = {}

    def put_metric_data(self, **arguments: Any) -> None:
        if self.code:
            raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, "PutMetricData")
        self.sent = arguments


def test_a_call_sends_the_same_metrics_as_the_log_line() -> None:
    cloudwatch = _CloudWatch()
    metrics.put(_REPORT, cloudwatch)
    line = json.loads(metrics.line(_REPORT))
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert cloudwatch.sent["Namespace"] == directive["Namespace"] == NAMESPACE
    sent = cloudwatch.sent["MetricData"]
    assert {each["MetricName"]: (each["Value"], each["Unit"]) for each in sent} == {
        metric["Name"]: (line[metric["Name"]], metric["Unit"]) for metric in directive["Metrics"]
    }
    assert {json.dumps(each["Dimensions"]) for each in sent} == {'[{"Name": "Stack", "Value": "test"}]'}
    assert {each["Timestamp"] for each in sent} == {_STARTED}
    assert {each["MetricName"] for each in sent} >= {"RotationSuccess", "GitLabTokenDaysRemaining"}


def test_the_error_quotes_a_refusal_by_cloudwatch() -> None:
    with pytest.raises(AwsError, match="AccessDenied: no"):
        metrics.put(_REPORT, _CloudWatch("AccessDenied"))

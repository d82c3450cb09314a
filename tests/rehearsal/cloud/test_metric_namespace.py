"""What a policy with `cloudwatch:namespace` sees of a call: the namespace, in `PutMetricData` alone."""

import json

import pytest
from ministack.core import iam_actions

from rehearsal.cloud.metric_namespace import add_metric_namespace

_BODY = json.dumps({"Namespace": "gitlab-ecr", "MetricData": []}).encode()


@pytest.mark.parametrize(
    ("action", "body", "seen"),
    [
        ("cloudwatch:PutMetricData", _BODY, "gitlab-ecr"),
        ("cloudwatch:PutMetricData", b"{}", ""),
        ("cloudwatch:PutMetricData", b"Action=PutMetricData", None),
        ("cloudwatch:PutDashboard", _BODY, None),
    ],
)
def test_the_namespace_of_metrics_is_a_condition_key(
    monkeypatch: pytest.MonkeyPatch, action: str, body: bytes, seen: str | None
) -> None:
    monkeypatch.setattr(iam_actions, "request_tag_context", lambda *_: {"aws:RequestTag/a": "1"})
    add_metric_namespace()
    found = iam_actions.request_tag_context("cloudwatch", action, body, {})
    assert found == {"aws:RequestTag/a": "1", **({} if seen is None else {"cloudwatch:namespace": seen})}

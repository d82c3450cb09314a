"""One correction of the emulator: the value of `cloudwatch:namespace` in `PutMetricData`.

AWS gives the namespace that the metrics are written to ("Using condition keys to limit access to CloudWatch
namespaces"); ministack 1.5.33 gives none, so a policy that names one would deny all. It reads JSON, as boto3 writes it.
"""

import json
from typing import Any

from ministack.core import iam_actions


def add_metric_namespace() -> None:
    """Make the evaluator in this process know `cloudwatch:namespace`."""
    known = iam_actions.request_tag_context

    def with_namespace(service: str, iam_action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = known(service, iam_action, body, params)
        if iam_action == "cloudwatch:PutMetricData" and body.startswith(b"{"):
            return {**context, "cloudwatch:namespace": json.loads(body).get("Namespace", "")}
        return context

    iam_actions.request_tag_context = with_namespace

from typing import Any

iam_actions: Any
iam_evaluator: Any
lambda_runtime: Any
responses: Any

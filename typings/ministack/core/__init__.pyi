from typing import Any

iam_actions: Any
iam_evaluator: Any
responses: Any

from typing import Any

cognito: Any
ecr: Any
iam: Any
scheduler: Any
sts: Any

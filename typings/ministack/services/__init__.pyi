from typing import Any

cognito: Any
ecr: Any
iam: Any
scheduler: Any
secretsmanager: Any
sts: Any

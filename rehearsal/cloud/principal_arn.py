"""One correction of the emulator: the value of `aws:PrincipalArn` for a role session.

AWS gives the ARN of the role, path included ("AWS global condition context keys", aws:PrincipalArn); ministack 1.5.33
gives the ARN of the session. Trust policies with `ArnEquals aws:PrincipalArn` would deny the role that they name.
"""

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam


def correct_principal_arn() -> None:
    """Make the evaluator in this process resolve `aws:PrincipalArn` as AWS does."""
    resolve = iam_evaluator._resolve_condition_key  # noqa: SLF001 - the evaluator has no public seam

    def resolve_as_aws(key: str, context: Any) -> Any:
        if key.lower() == "aws:principalarn" and ":assumed-role/" in context.principal_arn:
            return _role_arn(context.principal_arn)
        return resolve(key, context)

    iam_evaluator._resolve_condition_key = resolve_as_aws  # noqa: SLF001 - the evaluator has no public seam


def _role_arn(session_arn: str) -> str:
    account = session_arn.split(":")[4]
    name = session_arn.split("/")[1]
    role = iam._roles.get_scoped(account, None, name)  # noqa: SLF001 - a role's path is nowhere else
    return role["Arn"] if role else session_arn

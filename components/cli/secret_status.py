"""The status of a secret that jobs read: whether it exists, and when it was written. Its value is not read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..contract.plan import Plan, SecretTarget
from ..rotation.aws import aws_error
from ..variables.description import LONGEST
from .aws_calls import aws_client

ABSENT: Final = "absent: run `pulumi up`, which creates it; if somebody deleted it, `pulumi up --refresh` does"
DELETED: Final = "somebody deleted it; restore it in Secrets Manager"
EMPTY: Final = "never rotated: run `gitlab-ecr rotate`"
_CURRENT: Final = "AWSCURRENT"


@dataclass(frozen=True)
class SecretState:
    """The state of one secret.

    Attributes:
        problem: what is wrong; empty when nothing is.
        written: when its present login was written; None when it holds none.
        kms_key: the KMS key in Secrets Manager; None for the account's default one.
    """

    problem: str
    written: datetime | None = None
    kms_key: str | None = None


def secret_state(plan: Plan, target: SecretTarget) -> SecretState:
    """Looks up the secret, with the environment's AWS credentials."""
    client = aws_client("secretsmanager", plan.region)
    try:
        about: dict[str, Any] = client.describe_secret(SecretId=target.secret)
        versions: list[dict[str, Any]] = client.list_secret_version_ids(SecretId=target.secret)["Versions"]
    except (ClientError, BotoCoreError) as error:
        failure = aws_error(error)
        return SecretState(ABSENT if failure.no_value else str(failure))
    if about.get("DeletedDate"):
        return SecretState(DELETED)
    written = next((each["CreatedDate"] for each in versions if _CURRENT in each.get("VersionStages", [])), None)
    return SecretState("" if written else EMPTY, written, about.get("KmsKeyId"))


def health(state: SecretState, now: datetime) -> str:
    """What is wrong with the secret; empty when jobs can pull with it."""
    if state.problem or state.written is None:
        return state.problem
    return "expired: run `gitlab-ecr rotate`" if now - state.written > LONGEST else ""


def differs(state: SecretState, target: SecretTarget) -> str:
    """What differs from the declaration; empty when nothing does."""
    if not state.problem and state.kms_key != target.kms_key:
        return f"its KMS key is {state.kms_key or 'the default'}, but {target.kms_key or 'the default'} is declared"
    return ""

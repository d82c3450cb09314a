"""Whether Secrets Manager's renewal of the rotator's GitLab token works. The token itself is not read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs] - it ships none

from ..contract.plan import Plan, TokenRenewal
from ..contract.token_renewal import SECRET_TYPE
from ..rotation.aws import aws_error
from .aws_calls import aws_client
from .moments import minute
from .token_secret import interrupted

_WHY: Final = "CloudTrail's event RotationFailed says why; see the alarm gitlab-token-ending in docs/operations.md"


@dataclass(frozen=True)
class RenewalState:
    """The state of the renewal.

    Attributes:
        name: what to call it in a table.
        problem: what is wrong; empty when nothing is.
        last: when it last renewed the token; None when it never has.
        due: the time by which it renews it next; None when that is not known.
    """

    name: str
    problem: str
    last: datetime | None = None
    due: datetime | None = None


def renewal_states(plan: Plan, now: datetime) -> list[RenewalState]:
    """Looks up the secret, if Secrets Manager renews the token in it; for any other plan there is nothing to say."""
    if plan.gitlab is None or plan.gitlab.token_renewal is not TokenRenewal.MANAGED:
        return []
    secret, client = plan.gitlab.token_secret, aws_client("secretsmanager", plan.region)
    name = f"GitLab token in {secret}"
    set_it = f"run `gitlab-ecr token set --secret {secret} --managed`, then `pulumi up`"
    try:
        about: dict[str, Any] = client.describe_secret(SecretId=secret)
    except (ClientError, BotoCoreError) as error:
        failure = aws_error(error)
        return [RenewalState(name, f"absent: {set_it}" if failure.no_value else str(failure))]
    last, due = about.get("LastRotatedDate"), about.get("NextRotationDate")
    problems = {
        "somebody deleted it; restore it in Secrets Manager": about.get("DeletedDate"),
        f"its type is not {SECRET_TYPE}, so nothing renews it: delete the secret, {set_it}": (
            about.get("Type") != SECRET_TYPE
        ),
        f"its KMS key is {about.get('KmsKeyId')}, which the role of the renewal may not use: give it the account's "
        "default key": about.get("KmsKeyId"),
        "nothing renews it: run `pulumi up`": not about.get("RotationEnabled"),
        f"a renewal was interrupted; {_WHY}": interrupted(about),
        f"its renewal is overdue since {minute(due)}; {_WHY}": due is not None and due < now,
    }
    return [RenewalState(name, next((text for text, wrong in problems.items() if wrong), ""), last, due)]

"""IAM policies of what this stack's identities may do.

Everything an image needs is scoped to repositories, except signing in: `ecr:GetAuthorizationToken` has no resource
type, so AWS allows no narrower resource than `*`. A token carries the rights of the identity that asked for it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

Document = dict[str, Any]
"""A policy document as IAM's JSON."""

VERSION: Final = "2012-10-17"

SIGN_IN_ACTION: Final = "ecr:GetAuthorizationToken"
PULL_ACTIONS: Final = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""Source: ECR user guide, "Pulling an image"; the first answers the HEAD of a layer, the second that of a manifest."""
WRITE_ACTIONS: Final = (
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
PUSH_ACTIONS: Final = (*PULL_ACTIONS, *WRITE_ACTIONS)
"""Source: ECR user guide, "IAM permissions for pushing an image", which since 2024 holds `BatchGetImage` too:
a push asks for the manifest first. Images cannot be deleted, repositories neither created nor tagged."""
LOG_ACTIONS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
"""The log group exists before the function, so creating one is not among them."""

INLINE_POLICY_LIMIT: Final = {"role": 10_240, "user": 2_048}
"""Characters of all inline policies of one identity, whitespace not counted. Source: IAM quotas."""


def document(*statements: Mapping[str, Any]) -> Document:
    """A policy document of statements; empty ones are left out."""
    return {"Version": VERSION, "Statement": [dict(statement) for statement in statements if statement]}


def allow(sid: str, actions: str | Sequence[str], resources: str | Sequence[str], **more: Any) -> Document:
    """A statement that allows actions on resources, in an order that a diff can trust."""
    return {"Sid": sid, "Effect": "Allow", "Action": listed(actions), "Resource": listed(resources), **more}


def policy_json(policy: Mapping[str, Any]) -> str:
    """The document as compact JSON: whitespace would count in a preview's diff and nowhere else."""
    return json.dumps(policy, separators=(",", ":"))


def pull_policy(repository_arns: Sequence[str]) -> Document:
    """Sign in, and pull exactly these repositories; patterns such as `...:repository/ci/*` are ARNs too.

    Raises:
        ValueError: there is no repository, or the document would not fit into a role.
    """
    return _checked(document(*_image_statements("Pull", PULL_ACTIONS, repository_arns)), "pull")


def rotator_policy(
    *,
    pull_roles_arn: str,
    secret_arns: Sequence[str],
    log_group_arn: str,
    dead_letters_arn: str,
    key_arn: str = "",
    via_service: str = "",
) -> Document:
    """What the rotator's execution role may do: nothing in ECR itself.

    Args:
        pull_roles_arn: the ARN pattern of the stack's own pull path. A list of roles would not fit from about a
            hundred audiences on, and the path holds pull-only roles and nothing else.
        secret_arns: the secrets it reads: its GitLab token and the foreign entries. As Secrets Manager appends six
            characters of its own to each name, they end with `-??????`; see `secret_arn_pattern`.
        log_group_arn: its own log group.
        dead_letters_arn: its own dead-letter queue.
        key_arn: the KMS key of the secrets, when they have one of their own.
        via_service: the service through which alone the key decrypts, `secretsmanager.<region>.amazonaws.com`.
    """
    return document(
        allow("AssumePullRoles", "sts:AssumeRole", pull_roles_arn),
        allow("ReadSecrets", "secretsmanager:GetSecretValue", secret_arns) if secret_arns else {},
        allow("DecryptSecrets", "kms:Decrypt", key_arn, Condition={"StringEquals": {"kms:ViaService": via_service}})
        if key_arn
        else {},
        allow("WriteOwnLog", LOG_ACTIONS, f"{log_group_arn}:*"),
        allow("LeaveDeadLetters", "sqs:SendMessage", dead_letters_arn),
    )


def scheduler_policy(function_arn: str, dead_letters_arn: str = "") -> Document:
    """What the schedule's role may do: start one function, and leave what it could not deliver."""
    return document(
        allow("StartRotator", "lambda:InvokeFunction", function_arn),
        allow("LeaveDeadLetters", "sqs:SendMessage", dead_letters_arn) if dead_letters_arn else {},
    )


def secret_arn_pattern(secret_arn_without_suffix: str) -> str:
    """The pattern of a named secret's ARN.

    Six question marks are exactly the suffix that Secrets Manager appends; a `*` would open every secret whose
    name only starts the same.
    """
    return f"{secret_arn_without_suffix}-??????"


def _image_statements(sid: str, actions: Sequence[str], repository_arns: Sequence[str]) -> tuple[Document, Document]:
    if not repository_arns:
        raise ValueError(f"{sid.lower()}: got no repository; write repository names, or patterns such as ci/*")
    return (
        # No narrower resource exists for signing in: the action has no resource type.
        allow("SignIn", SIGN_IN_ACTION, "*"),
        allow(sid, actions, repository_arns),
    )


def _checked(policy: Document, field: str) -> Document:
    size, limit = len(policy_json(policy)), INLINE_POLICY_LIMIT["role"]
    if size > limit:
        raise ValueError(
            f"{field}: got a policy of {size} characters, a role holds {limit}; "
            "write patterns such as ci/* in place of single repositories"
        )
    return policy


def listed(values: str | Sequence[str]) -> str | list[str]:
    """One value as it is, several without repetition and in an order that a diff can trust."""
    if isinstance(values, str):
        return values
    unique = sorted(set(values))
    return unique[0] if len(unique) == 1 else unique

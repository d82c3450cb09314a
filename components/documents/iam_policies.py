"""IAM policies of what this stack's identities may do.

Everything an image needs is scoped to repositories, except signing in: `ecr:GetAuthorizationToken` has no resource
type, so AWS allows no narrower resource than `*`. A token carries the rights of the identity that asked for it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from . import iam_tags

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
ACCESS_KEY_ACTIONS: Final = (
    "iam:CreateAccessKey",
    "iam:DeleteAccessKey",
    "iam:GetAccessKeyLastUsed",
    "iam:ListAccessKeys",
    "iam:ListUserTags",
    "iam:UpdateAccessKey",
)
"""What changing a user's access keys takes, with the old one still valid for a while.
Source: IAM user guide, "Update access keys"; the last use tells the orphan of a crash from a key that somebody needs,
and tags of the user hold the record of which key is the rotator's."""
RENEWAL_ACTIONS: Final = (
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
)
STATE_ACTIONS: Final = ("ssm:GetParameter", "ssm:PutParameter")
METRICS_ACTION: Final = "cloudwatch:PutMetricData"
VPC_ACTIONS: Final = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
"""Source: the AWS managed policy AWSLambdaVPCAccessExecutionRole, without its rights on logs."""
IMPORT_ACTIONS: Final = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")
"""What the first pull through a cache takes. Source: ECR user guide, "IAM permissions for pull through cache"."""

INLINE_POLICY_LIMIT: Final = {"role": 10_240, "user": 2_048}
"""Characters of all inline policies of one identity, whitespace not counted. Source: IAM quotas."""

SESSION_SECONDS: Final = range(3_600, 43_201)
"""Source: IAM CreateRole, MaxSessionDuration."""


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
        ValueError: there is no repository.
    """
    if not repository_arns:
        raise ValueError("pull: got no repository; write repository names, or patterns such as ci/*")
    return document(_SIGN_IN, allow("Pull", PULL_ACTIONS, repository_arns))


def cache_puller_policy(repository_arns: Sequence[str], cache_arns: Sequence[str]) -> Document:
    """Pull, and let ECR fetch from upstream what a cache does not hold yet, only below the caches' prefixes.

    Args:
        repository_arns: as for `pull_policy`; those of the caches are added.
        cache_arns: the patterns `...:repository/<prefix>/*` of pull-through caches.
    """
    policy = pull_policy([*repository_arns, *cache_arns])
    return document(*policy["Statement"], _fill_cache(cache_arns))


def push_policy(
    repository_arns: Sequence[str], pull_arns: Sequence[str] = (), cache_arns: Sequence[str] = ()
) -> Document:
    """Sign in, push to and pull from these repositories, pull from the others, and from caches, which it may fill.

    Raises:
        ValueError: there is no repository to push to.
    """
    if not repository_arns:
        raise ValueError("push: got no repository; write repository names, or patterns such as ci/*")
    return document(
        _SIGN_IN,
        allow("Push", PUSH_ACTIONS, repository_arns),
        allow("Pull", PULL_ACTIONS, [*pull_arns, *cache_arns]) if pull_arns or cache_arns else {},
        _fill_cache(cache_arns),
    )


def parameter_statement(
    parameter_arns: str | Sequence[str], key_arn: str = "", via_service: str = ""
) -> tuple[Document, Document]:
    """Read these parameters, and decrypt them when their key is not the account's default one for parameters."""
    decrypt = {"Condition": {"StringEquals": {"kms:ViaService": via_service}}}
    return (
        allow("ReadConfiguration", "ssm:GetParameter", parameter_arns),
        allow("DecryptConfiguration", "kms:Decrypt", key_arn, **decrypt) if key_arn else {},
    )


def rotator_policy(
    *,
    pull_roles_arn: str,
    secret_arns: Sequence[str],
    log_group_arn: str = "",
    dead_letters_arn: str = "",
    key_arn: str = "",
    via_service: str = "",
    pull_user_arns: Sequence[str] = (),
    state_arn: str = "",
    in_vpc: bool = False,
    in_job: Sequence[Document] = (),
) -> Document:
    """What the rotator's execution role may do: nothing in ECR itself.

    Args:
        pull_roles_arn: the ARN pattern of the stack's own pull path. A list of roles would not fit from about a
            hundred audiences on, and the path holds pull-only roles and nothing else.
        secret_arns: the secrets it reads: its GitLab token and the foreign entries. As Secrets Manager appends six
            characters of its own to each name, they end with `-??????`; see `secret_arn_pattern`.
        log_group_arn: its own log group; a job's log is GitLab's.
        dead_letters_arn: its own dead-letter queue; a job has none.
        key_arn: the KMS key of the secrets, when they have one of their own.
        via_service: the service through which alone the key decrypts, `secretsmanager.<region>.amazonaws.com`.
        pull_user_arns: the pull users whose access keys it changes.
        state_arn: the parameter in which it remembers what failed.
        in_vpc: it has network interfaces in a VPC of the account, which have no narrower resource before they exist.
        in_job: what a GitLab job needs besides, from `job_statements`.
    """
    return document(
        allow("AssumePullRoles", "sts:AssumeRole", pull_roles_arn),
        allow("ReadSecrets", "secretsmanager:GetSecretValue", secret_arns) if secret_arns else {},
        allow("DecryptSecrets", "kms:Decrypt", key_arn, Condition={"StringEquals": {"kms:ViaService": via_service}})
        if key_arn
        else {},
        *access_key_statements(pull_user_arns),
        allow("RememberFailures", STATE_ACTIONS, state_arn) if state_arn else {},
        *_of_function(log_group_arn, dead_letters_arn, in_vpc=in_vpc),
        *in_job,
    )


def access_key_statements(user_arns: str | Sequence[str]) -> tuple[Document, ...]:
    """Change the access keys of these users, and keep the record of them in tags of the record's own keys."""
    if not user_arns:
        return ()
    own = {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": list(iam_tags.ALL)}}}
    return (
        allow("ChangeAccessKeys", ACCESS_KEY_ACTIONS, user_arns),
        allow("WriteKeyRecord", "iam:TagUser", user_arns, **own),
    )


def renewal_policy(
    *,
    secret_arns: Sequence[str],
    log_group_arn: str = "",
    dead_letters_arn: str = "",
    in_vpc: bool = False,
    in_job: Sequence[Document] = (),
) -> Document:
    """What the job may do that renews the GitLab tokens: read and replace them, and nothing else."""
    return document(
        allow("RenewTokens", RENEWAL_ACTIONS, secret_arns),
        *_of_function(log_group_arn, dead_letters_arn, in_vpc=in_vpc),
        *in_job,
    )


def job_statements(code_arn: str, account: str, metrics_namespace: str = "") -> tuple[Document, Document]:
    """What the rotator needs in a GitLab job: its code, and a way to say that it ran.

    A bucket's name could be taken by others once it is deleted, so the account is named, too.
    The only resources that PutMetricData knows are data sets of OpenTelemetry, so plain metrics take `*`; the namespace
    holds it.
    """
    own = {"StringEquals": {"aws:ResourceAccount": account}}
    metrics = {"StringEquals": {"cloudwatch:namespace": metrics_namespace}}
    return (
        allow("FetchCode", "s3:GetObject", code_arn, Condition=own),
        allow("WriteMetrics", METRICS_ACTION, "*", Condition=metrics) if metrics_namespace else {},
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


def checked_size(policy: Mapping[str, Any], kind: str, field: str) -> str:
    """The document's JSON, when an identity of this kind, `role` or `user`, can hold it.

    Raises:
        ValueError: it is too long; the message names `field`.
    """
    text, limit = policy_json(policy), INLINE_POLICY_LIMIT[kind]
    if len(text) > limit:
        raise ValueError(
            f"{field}: got a policy of {len(text)} characters, a {kind} holds {limit}; "
            "write patterns such as ci/* in place of single repositories"
        )
    return text


def session_seconds(seconds: int) -> int:
    """`seconds`, when a role's sessions can last that long at most.

    Raises:
        ValueError: they cannot.
    """
    if seconds not in SESSION_SECONDS:
        raise ValueError(f"max_session_duration: got {seconds}; write seconds, 3600 (an hour) to 43200 (twelve)")
    return seconds


def _fill_cache(cache_arns: Sequence[str]) -> Document:
    return allow("FillCache", IMPORT_ACTIONS, cache_arns) if cache_arns else {}


def listed(values: str | Sequence[str]) -> str | list[str]:
    """One value as it is, several without repetition and in an order that a diff can trust."""
    if isinstance(values, str):
        return values
    unique = sorted(set(values))
    return unique[0] if len(unique) == 1 else unique


def _of_function(log_group_arn: str, dead_letters_arn: str, *, in_vpc: bool) -> tuple[Document, ...]:
    """What a Lambda function needs to run at all."""
    return (
        allow("HaveNetworkInterfaces", VPC_ACTIONS, "*") if in_vpc else {},
        allow("WriteOwnLog", LOG_ACTIONS, f"{log_group_arn}:*") if log_group_arn else {},
        allow("LeaveDeadLetters", "sqs:SendMessage", dead_letters_arn) if dead_letters_arn else {},
    )


# No narrower resource exists for signing in: the action has no resource type.
_SIGN_IN: Final = allow("SignIn", SIGN_IN_ACTION, "*")

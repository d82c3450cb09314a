"""IAM policies of what this stack's identities may do.

Everything an image needs is scoped to repositories, except signing in: `ecr:GetAuthorizationToken` has no resource
type, so AWS allows no narrower resource than `*`. A token carries the rights of the identity that asked for it.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..contract import key_tags as iam_tags
from .actions import (
    ACCESS_KEY_ACTIONS,
    ASSUME_ROLE_ACTION,
    DECRYPT_ACTION,
    IMPORT_ACTIONS,
    INVOKE_ACTION,
    LOG_ACTIONS,
    METRICS_ACTION,
    PULL_ACTIONS,
    PUSH_ACTIONS,
    READ_OBJECT_ACTION,
    READ_PARAMETER_ACTION,
    READ_SECRET_ACTION,
    RENEWAL_ACTIONS,
    SEND_MESSAGE_ACTION,
    SIGN_IN_ACTION,
    STATE_ACTIONS,
    TAG_USER_ACTION,
    VPC_ACTIONS,
)

Document = dict[str, Any]
"""A policy document as IAM's JSON."""

VERSION: Final = "2012-10-17"

INLINE_POLICY_LIMIT: Final = {"role": 10_240, "user": 2_048}
"""Characters of all inline policies of one identity, whitespace not counted. Source: IAM quotas."""

SESSION_SECONDS: Final = range(3_600, 43_201)
"""Source: IAM CreateRole, MaxSessionDuration."""

UNBORN: Final = "network interfaces have no narrower resource before they exist"
PLAIN_METRICS: Final = (
    "of its resources PutMetricData knows OpenTelemetry's data sets only; a namespace holds it instead"
)


def document(*statements: Mapping[str, Any]) -> Document:
    """A policy document of statements; empty ones are left out."""
    return {"Version": VERSION, "Statement": [dict(statement) for statement in statements if statement]}


def allow(sid: str, actions: str | Sequence[str], resources: str | Sequence[str], **more: Any) -> Document:
    """A statement that allows actions on resources, in an order that a diff can trust.

    Raises:
        ValueError: the resource is everything; `allow_everywhere` takes the reason.
    """
    if "*" in ([resources] if isinstance(resources, str) else resources):
        raise ValueError(f"{sid}: got the resource *; name resources, or write allow_everywhere with the reason")
    return {"Sid": sid, "Effect": "Allow", "Action": listed(actions), "Resource": listed(resources), **more}


def allow_everywhere(sid: str, actions: str | Sequence[str], *, because: str, **more: Any) -> Document:
    """A statement on the resource `*`, for the reason that there is no narrower one; a policy itself cannot hold it.

    Raises:
        ValueError: there is no reason.
    """
    if not because.strip():
        raise ValueError(f"{sid}: got no reason for the resource *; write why there is no narrower one")
    return {"Sid": sid, "Effect": "Allow", "Action": listed(actions), "Resource": "*", **more}


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
        allow("ReadConfiguration", READ_PARAMETER_ACTION, parameter_arns),
        allow("DecryptConfiguration", DECRYPT_ACTION, key_arn, **decrypt) if key_arn else {},
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
        allow("AssumePullRoles", ASSUME_ROLE_ACTION, pull_roles_arn),
        allow("ReadSecrets", READ_SECRET_ACTION, secret_arns) if secret_arns else {},
        allow("DecryptSecrets", DECRYPT_ACTION, key_arn, Condition={"StringEquals": {"kms:ViaService": via_service}})
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
        allow("WriteKeyRecord", TAG_USER_ACTION, user_arns, **own),
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
    """
    own = {"StringEquals": {"aws:ResourceAccount": account}}
    metrics = {"StringEquals": {"cloudwatch:namespace": metrics_namespace}}
    return (
        allow("FetchCode", READ_OBJECT_ACTION, code_arn, Condition=own),
        allow_everywhere("WriteMetrics", METRICS_ACTION, because=PLAIN_METRICS, Condition=metrics)
        if metrics_namespace
        else {},
    )


def scheduler_policy(function_arn: str, dead_letters_arn: str = "") -> Document:
    """What the schedule's role may do: start one function, and leave what it could not deliver."""
    return document(
        allow("StartRotator", INVOKE_ACTION, function_arn),
        allow("LeaveDeadLetters", SEND_MESSAGE_ACTION, dead_letters_arn) if dead_letters_arn else {},
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
        allow_everywhere("HaveNetworkInterfaces", VPC_ACTIONS, because=UNBORN) if in_vpc else {},
        allow("WriteOwnLog", LOG_ACTIONS, f"{log_group_arn}:*") if log_group_arn else {},
        allow("LeaveDeadLetters", SEND_MESSAGE_ACTION, dead_letters_arn) if dead_letters_arn else {},
    )


_SIGN_IN: Final = allow_everywhere("SignIn", SIGN_IN_ACTION, because="the action has no resource type")

"""IAM policies of this stack's roles and users.

Every action on images is scoped to repositories. Only `ecr:GetAuthorizationToken` is not: it has no resource type, so
AWS allows no narrower resource than `*`. A token carries the rights of the identity that requested it.
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
"""A policy document in IAM's JSON format."""

VERSION: Final = "2012-10-17"

_COMPACT: Final = json.JSONEncoder(separators=(",", ":"))  # `json.dumps` would make one for each document

INLINE_POLICY_LIMIT: Final = {"role": 10_240, "user": 2_048}
"""Characters of all inline policies of one identity, whitespace not counted. Source: IAM quotas."""

SESSION_SECONDS: Final = range(3_600, 43_201)
"""Source: IAM CreateRole, MaxSessionDuration."""

NO_RESOURCE: Final = "the action has no resource type"
UNBORN: Final = "network interfaces have no narrower resource before they exist"
PLAIN_METRICS: Final = (
    "PutMetricData supports OpenTelemetry data sets as its only resource; a condition on the namespace limits it "
    "instead"
)


def document(*statements: Mapping[str, Any]) -> Document:
    """A policy document from statements; empty ones are left out."""
    return {"Version": VERSION, "Statement": [dict(statement) for statement in statements if statement]}


def allow(sid: str, actions: str | Sequence[str], resources: str | Sequence[str], **more: Any) -> Document:
    """A statement that allows actions on resources, sorted so that diffs stay small.

    Raises:
        ValueError: the resource is `*`; use `allow_everywhere` and give the reason.
    """
    if "*" in ([resources] if isinstance(resources, str) else resources):
        raise ValueError(f"{sid}: got the resource *; name resources, or write allow_everywhere with the reason")
    return {"Sid": sid, "Effect": "Allow", "Action": listed(actions), "Resource": listed(resources), **more}


def allow_everywhere(sid: str, actions: str | Sequence[str], *, because: str, **more: Any) -> Document:
    """A statement on the resource `*`; `because` says why no narrower one exists, since a policy cannot hold comments.

    Raises:
        ValueError: there is no reason.
    """
    if not because.strip():
        raise ValueError(f"{sid}: got no reason for the resource *; write why there is no narrower one")
    return {"Sid": sid, "Effect": "Allow", "Action": listed(actions), "Resource": "*", **more}


def policy_json(policy: Mapping[str, Any]) -> str:
    """The document as compact JSON, so that whitespace never shows up in a preview's diff."""
    return _COMPACT.encode(policy)


def pull_policy(repository_arns: Sequence[str]) -> Document:
    """Allows signing in, and pulling exactly these repositories; ARNs may be patterns such as `...:repository/ci/*`.

    Raises:
        ValueError: there is no repository.
    """
    if not repository_arns:
        raise ValueError("pull: got no repository; write repository names, or patterns such as ci/*")
    return document(_SIGN_IN, allow("Pull", PULL_ACTIONS, repository_arns))


def cache_puller_policy(repository_arns: Sequence[str], cache_arns: Sequence[str]) -> Document:
    """Allows pulling, and lets ECR fetch from upstream what a cache does not hold yet, only below the caches' prefixes.

    Args:
        repository_arns: as for `pull_policy`; the caches' repositories are added.
        cache_arns: the patterns `...:repository/<prefix>/*` of pull-through caches.
    """
    policy = pull_policy([*repository_arns, *cache_arns])
    return document(*policy["Statement"], _fill_cache(cache_arns))


def push_policy(
    repository_arns: Sequence[str], pull_arns: Sequence[str] = (), cache_arns: Sequence[str] = ()
) -> Document:
    """Allows signing in, pushing to some repositories, and pulling from these, from others, and from caches.

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
    """Allows reading these parameters, and decrypting them if their key is not the account's default one."""
    decrypt = {"Condition": {"StringEquals": {"kms:ViaService": via_service}}}
    return (
        allow("ReadConfiguration", READ_PARAMETER_ACTION, parameter_arns),
        allow("DecryptConfiguration", DECRYPT_ACTION, key_arn, **decrypt) if key_arn else {},
    )


def rotator_policy(
    *,
    pull_roles_arn: str,
    secret_arns: Sequence[str],
    pull_user_arns: Sequence[str] = (),
    state_arn: str = "",
    written: Sequence[Document] = (),
    own: Sequence[Document] = (),
) -> Document:
    """The policy of the rotator's execution role: it has no rights in ECR itself.

    Args:
        pull_roles_arn: the ARN pattern of the stack's own pull path, which holds nothing but pull-only roles. A list of
            more than about a hundred roles would not fit.
        secret_arns: the secrets it reads: its GitLab token and foreign registries' entries. They end with `-??????`,
            since Secrets Manager appends six characters to each name; see `secret_arn_pattern`.
        pull_user_arns: the pull users whose access keys it replaces.
        state_arn: the parameter where it records what failed.
        written: the secrets that it writes, from `write_secrets_statements`.
        own: what it needs to run in Lambda or in a GitLab job, from `function_statements` or `job_statements`.
    """
    return document(
        allow("AssumePullRoles", ASSUME_ROLE_ACTION, pull_roles_arn),
        allow("ReadSecrets", READ_SECRET_ACTION, secret_arns) if secret_arns else {},
        *written,
        *access_key_statements(pull_user_arns),
        allow("RememberFailures", STATE_ACTIONS, state_arn) if state_arn else {},
        *own,
    )


def access_key_statements(user_arns: str | Sequence[str]) -> tuple[Document, ...]:
    """Allows replacing the access keys of these users, and recording them in the users' tags."""
    if not user_arns:
        return ()
    own = {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": list(iam_tags.ALL)}}}
    return (
        allow("ChangeAccessKeys", ACCESS_KEY_ACTIONS, user_arns),
        allow("WriteKeyRecord", TAG_USER_ACTION, user_arns, **own),
    )


def renewal_policy(*, secret_arns: Sequence[str], own: Sequence[Document] = ()) -> Document:
    """The policy of the job that renews the GitLab token: it may read and replace it, and nothing else.

    Args:
        secret_arns: the token's secret, as for the rotator.
        own: as for the rotator.
    """
    return document(
        allow("RenewTokens", RENEWAL_ACTIONS, secret_arns),
        *own,
    )


def function_statements(log_group_arn: str, dead_letters_arn: str, *, in_vpc: bool = False) -> tuple[Document, ...]:
    """What the rotator needs in Lambda: its own log and dead-letter queue.

    In a VPC also network interfaces, which have no narrower resource before they exist.
    """
    return (
        allow_everywhere("HaveNetworkInterfaces", VPC_ACTIONS, because=UNBORN) if in_vpc else {},
        allow("WriteOwnLog", LOG_ACTIONS, f"{log_group_arn}:*"),
        allow("LeaveDeadLetters", SEND_MESSAGE_ACTION, dead_letters_arn),
    )


def job_statements(code_arn: str, account: str, metrics_namespace: str = "") -> tuple[Document, Document]:
    """What the rotator also needs in a GitLab job: to read its code and to send its metrics.

    The bucket's account is a condition, because others could take the bucket's name once it is deleted.
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
    """The policy of the schedule's role: start one function, and send undelivered events to the dead-letter queue."""
    return document(
        allow("StartRotator", INVOKE_ACTION, function_arn),
        allow("LeaveDeadLetters", SEND_MESSAGE_ACTION, dead_letters_arn) if dead_letters_arn else {},
    )


def checked_size(policy: Mapping[str, Any], kind: str, field: str) -> str:
    """The document as JSON, checked against the size limit of `kind`, `role` or `user`.

    Raises:
        ValueError: it is too long; the message names `field`.
    """
    text, limit = policy_json(policy), INLINE_POLICY_LIMIT[kind]
    if len(text) > limit:
        raise ValueError(
            f"{field}: got a policy of {len(text)} characters, a {kind} holds {limit}; "
            "write patterns such as ci/* instead of single repositories"
        )
    return text


def session_seconds(seconds: int) -> int:
    """Returns `seconds` if AWS accepts it as the longest session of a role.

    Raises:
        ValueError: AWS does not.
    """
    if seconds not in SESSION_SECONDS:
        raise ValueError(f"max_session_duration: got {seconds}; write seconds, 3600 (an hour) to 43200 (twelve)")
    return seconds


def _fill_cache(cache_arns: Sequence[str]) -> Document:
    return allow("FillCache", IMPORT_ACTIONS, cache_arns) if cache_arns else {}


def listed(values: str | Sequence[str]) -> str | list[str]:
    """A single value as it is; several values deduplicated and sorted."""
    if isinstance(values, str):
        return values
    unique = sorted(set(values))
    return unique[0] if len(unique) == 1 else unique


_SIGN_IN: Final = allow_everywhere("SignIn", SIGN_IN_ACTION, because=NO_RESOURCE)

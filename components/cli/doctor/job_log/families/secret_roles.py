"""Messages about the role that the runner assumes for `secrets:`, with the job's id_token.

Source: gitlab-runner, helpers/secrets/resolvers/aws; the AWS SDK for Go, version 2; STS's answers to
AssumeRoleWithWebIdentity.
"""

from typing import Final

from ...causes.cause import Cause
from .family import BY_THE_RUNNER, family

RESOLVING: Final = "resolving secrets:"
"""What the runner writes before the error when it cannot read a secret, of any provider."""
_RESOLVING: Final = RESOLVING + r".{0,600}?"
_ASSUMING: Final = (
    "ERROR: Job failed (system failure): resolving secrets: operation error Secrets Manager: GetSecretValue, get "
    "identity: get credentials: failed to refresh cached credentials, operation error STS: AssumeRoleWithWebIdentity, "
    "https response error "
)

SECRET_ROLES: Final = (
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
        _RESOLVING + r"(?:Request ARN is invalid|at 'roleArn' failed)",
        "the role that the job names for its secret is not the ARN of a role",
        example=_ASSUMING + "StatusCode: 400, RequestID: 0, api error ValidationError: Request ARN is invalid",
        steps=BY_THE_RUNNER,
        fix="compare role_arn and AWS_ROLE_ARN with the output declaration of the stack; a variable that the job does "
        "not see stays as `$NAME`",
    ),
    family(
        Cause.SECRET_ROLE,
        "resolving secrets",
        _RESOLVING + r"at 'roleSessionName' failed",
        "AWS does not accept the session name that the job gives for the role of its secret",
        example=_ASSUMING + "StatusCode: 400, RequestID: 0, api error ValidationError: 1 "
        "validation error detected: Value 'acme/web' at 'roleSessionName' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: [\\w+=,.@-]*",
        steps=BY_THE_RUNNER,
        fix="write role_session_name (before 19.0, AWS_ROLE_SESSION_NAME) with letters, digits and +=,.@- only, 64 at "
        "most, as templates/pull.yml does",
    ),
    family(
        Cause.ID_TOKEN,
        "resolving secrets",
        _RESOLVING + r"(?:at 'webIdentityToken' failed|field, AssumeRoleWithWebIdentityInput\.WebIdentityToken)",
        "the job gives no id_token for its secret",
        example=_ASSUMING + "StatusCode: 400, RequestID: 0, api error ValidationError: 1 "
        "validation error detected: Value '' at 'webIdentityToken' failed to satisfy constraint: Member must have "
        "length greater than or equal to 4",
        steps=BY_THE_RUNNER,
        fix="let the job have id_tokens, and name one of them as the secret's token, as templates/pull.yml does",
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
)

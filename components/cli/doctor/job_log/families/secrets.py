"""Messages about `secrets:`, which the runner resolves before it pulls the job's image.

Source: gitlab-runner, common/secrets.go and helpers/secrets/resolvers/aws; the AWS SDK for Go, version 2; Secrets
Manager's answers to GetSecretValue.
"""

from typing import Final

from .....names.gitlab_release import release
from ...causes.cause import Cause
from ...causes.finding import Finding
from .denials import OTHER_POLICIES
from .family import BY_THE_RUNNER, Clue, Family, family, found, quoted
from .secret_roles import RESOLVING, SECRET_ROLES

_RESOLVING: Final = RESOLVING + r".{0,600}?"
_READING: Final = (
    "ERROR: Job failed (system failure): resolving secrets: operation error Secrets Manager: GetSecretValue, "
)
_READS_AWS: Final = (18, 2, 0)
_HOST: Final = (
    r"(?P<host>(?:sts|secretsmanager)[a-z0-9.-]{0,20}\.(?:amazonaws\.com|api\.aws|amazonwebservices)[\w.]{0,10})"
)
_NETWORK: Final = (
    "check the region of the secret, and the network of the runner: it needs the internet, a proxy, or the VPC "
    "endpoints sts and secretsmanager"
)


def _unresolved(clue: Clue) -> Finding:
    version = release(clue.runner)
    if version is None or version < _READS_AWS:
        who = f"the runner is of version {clue.runner} and" if clue.runner else "the runner"
        return found(
            Cause.SECRET_UNRESOLVED,
            f"{who} cannot resolve the secret DOCKER_AUTH_CONFIG of this job, so it pulls without that login",
        )
    return found(
        Cause.SECRET_UNRESOLVED,
        f"GitLab sent the job's secret DOCKER_AUTH_CONFIG in a form that the runner ({clue.runner}) does not know, so "
        "the runner pulls without that login",
        "write the secret with aws_secrets_manager, as templates/pull.yml does; GitLab has to be 18.3 or later, "
        "Premium or Ultimate",
    )


def _denied(clue: Clue) -> Finding:
    secret = clue.match["secret"]
    which = f"the secret {quoted(secret)}" if secret else "its secret"
    return found(Cause.SECRET_DENIED, f"the job's role may not read {which}")


UNRESOLVED: Final = family(
    Cause.SECRET_UNRESOLVED,
    "no resolver that can",
    r"Not resolved: no resolver that can handle the secret",
    _unresolved,
    example="WARNING: Not resolved: no resolver that can handle the secret",
    steps=BY_THE_RUNNER,
)

SECRETS: Final[tuple[Family, ...]] = (
    UNRESOLVED,
    *SECRET_ROLES,
    family(
        Cause.SECRET_KEY,
        "resolving secrets",
        _RESOLVING + r"(?:Access to KMS is not allowed|DecryptionFailure|kms:Decrypt|KMS\w{0,30}Exception|KMS key)",
        "the job's role may not use the KMS key of its secret",
        example="ERROR: Job failed (system failure): resolving secrets: operation error Secrets Manager: "
        "GetSecretValue, https response error StatusCode: 400, RequestID: 0, api error AccessDeniedException: Access "
        "to KMS is not allowed",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.VPC_ENDPOINT_POLICY,
        "resolving secrets",
        _RESOLVING + r"not authorized to perform.{0,600}VPC endpoint policy",
        "a VPC endpoint policy does not let the runner read the job's secret; the role's own policy is not at fault",
        example=_READING + "https response error StatusCode: 400, RequestID: 0, api error AccessDeniedException: User: "
        "arn:aws:sts::123456789012:assumed-role/gitlab-ecr-prod-secret-acme-web/1 is not authorized to perform: "
        "secretsmanager:GetSecretValue on resource: gitlab-ecr-prod/audience/acme/web because no VPC endpoint policy "
        "allows the secretsmanager:GetSecretValue action",
        steps=BY_THE_RUNNER,
        fix="allow secretsmanager:GetSecretValue in the policy of the VPC endpoint secretsmanager",
    ),
    family(
        Cause.OTHER_POLICY,
        "resolving secrets",
        _RESOLVING + rf"not authorized to perform.{{0,600}}{OTHER_POLICIES}",
        "a {policy} does not let the runner read the job's secret",
        example=_READING + "https response error StatusCode: 400, RequestID: 0, api error AccessDeniedException: User: "
        "arn:aws:sts::123456789012:assumed-role/gitlab-ecr-prod-secret-acme-web/1 is not authorized to perform: "
        "secretsmanager:GetSecretValue on resource: gitlab-ecr-prod/audience/acme/web with an explicit deny in a "
        "service control policy",
        steps=BY_THE_RUNNER,
        fix="allow it in the {policy}; the role's own policy is not enough",
    ),
    family(
        Cause.SECRET_DENIED,
        "secretsmanager:getsecretvalue",
        r"not authorized to perform: secretsmanager:GetSecretValue.{0,400}explicit deny in an identity-based policy",
        "a policy of the job's role denies it its secret explicitly",
        example=_READING + "https response error StatusCode: 400, RequestID: 0, api error AccessDeniedException: User: "
        "arn:aws:sts::123456789012:assumed-role/gitlab-ecr-prod-secret-acme-web/1 is not authorized to perform: "
        "secretsmanager:GetSecretValue on resource: gitlab-ecr-prod/audience/acme/web with an explicit deny in an "
        "identity-based policy",
        steps=BY_THE_RUNNER,
        fix="take the Deny out of the role's policies: the stack writes none, so `pulumi up --refresh` shows who did",
    ),
    family(
        Cause.SECRET_DENIED,
        "secretsmanager:getsecretvalue",
        r"not authorized to perform: secretsmanager:GetSecretValue(?: on resource: (?P<secret>\S{1,300}))?",
        _denied,
        example="ERROR: Job failed (system failure): resolving secrets: operation error Secrets Manager: "
        "GetSecretValue, https response error StatusCode: 400, RequestID: 0, api error AccessDeniedException: User: "
        "arn:aws:sts::123456789012:assumed-role/gitlab-ecr-prod-secret-acme-web/1 is not authorized to perform: "
        "secretsmanager:GetSecretValue on resource: gitlab-ecr-prod/audience/acme/api because no identity-based policy "
        "allows the secretsmanager:GetSecretValue action",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.SECRET_FIELD,
        "aws secrets manager response|failed to parse json for secret",
        r"key '[^']{1,200}'.{0,20} in aws secrets manager response for secret|failed to parse JSON for secret",
        "the job reads one field of its secret, but the login is the secret's whole value",
        example="ERROR: Job failed (system failure): resolving secrets: key 'auth' not found in AWS Secrets Manager "
        "response for secret 'gitlab-ecr-prod/audience/acme/web'",
        steps=BY_THE_RUNNER,
    ),
    family(
        Cause.SECRET_EMPTY,
        "specified secret value|secret contains no value",
        r"can't find the specified secret value|resolving secrets: secret contains no value",
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
        Cause.SECRET_ABSENT,
        "resolving secrets",
        _RESOLVING + r"(?:marked for deletion|scheduled for deletion)",
        "somebody deleted the job's secret; Secrets Manager keeps it for some days",
        example=_READING + "https response error StatusCode: 400, RequestID: 0, InvalidRequestException: You can't "
        "perform this operation on the secret because it was marked for deletion.",
        steps=BY_THE_RUNNER,
        fix="restore it (`aws secretsmanager restore-secret`), and run `gitlab-ecr rotate`",
    ),
    family(
        Cause.SECRET_ABSENT,
        "resolving secrets",
        _RESOLVING + r"(?:at 'secretId' failed|Invalid name\. Must be a valid name|Invalid ARN)",
        "what the job names as its secret is not the name of a secret",
        example=_READING + "https response error StatusCode: 400, RequestID: 0, api error ValidationException: Invalid "
        "name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        steps=BY_THE_RUNNER,
        fix="compare secret_id with the output declaration of the stack; a variable that the job does not see stays as "
        "`$NAME`",
    ),
    family(
        Cause.THROTTLED,
        "resolving secrets",
        _RESOLVING + r"(?:ThrottlingException|Rate exceeded|TooManyRequests)",
        "AWS got too many requests for secrets or roles in a short time: no registry is at fault",
        example=_READING + "https response error StatusCode: 400, RequestID: 0, api error ThrottlingException: Rate "
        "exceeded",
        steps=BY_THE_RUNNER,
        fix="run the job again, or write SECRETS_RETRIEVAL_ATTEMPTS: 3 in its variables",
    ),
    family(
        Cause.CERTIFICATE,
        "resolving secrets",
        _RESOLVING + _HOST + r".{0,300}x509: (?P<why>[\w ,.*:'-]{5,200})",
        "the runner does not trust the TLS certificate of {host}: {why}",
        example=_READING + "https response error StatusCode: 0, RequestID: , request send failed, Post "
        '"https://secretsmanager.eu-central-1.amazonaws.com/": tls: failed to verify certificate: x509: certificate '
        "signed by unknown authority",
        steps=BY_THE_RUNNER,
        fix="add the proxy's CA to those that the runner's own process trusts, or exclude this host from the proxy's "
        "inspection",
    ),
    family(
        Cause.UNREACHABLE,
        "resolving secrets",
        _RESOLVING + _HOST + r".{0,300}?(?P<how>no such host|i/o timeout|connection refused|connection reset by peer|"
        r"handshake timeout|no route to host|network is unreachable|proxyconnect|deadline exceeded|\bEOF)",
        "the runner did not reach {host} for the job's secret ({how}): a network problem",
        example=_READING + "https response error StatusCode: 0, RequestID: , request send failed, Post "
        '"https://secretsmanager.eu-central-1.amazonaws.com/": dial tcp 10.0.1.141:443: i/o timeout',
        steps=BY_THE_RUNNER,
        fix=_NETWORK,
    ),
    family(
        Cause.UNREACHABLE,
        "resolving secrets",
        r"resolving secrets: operation error Secrets Manager.{0,300}?(?P<how>context deadline exceeded)",
        "the runner did not reach AWS for the job's secret ({how}): a network problem",
        example=_READING + "https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded",
        steps=BY_THE_RUNNER,
        fix=_NETWORK,
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

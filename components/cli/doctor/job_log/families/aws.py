"""Messages about the job's own AWS identity: it is missing, or AWS does not accept it.

Source: the messages of aws-cli and botocore, STS's answers to AssumeRoleWithWebIdentity, the IAM user guide.
"""

import re
from typing import Final

from ...causes.cause import Cause
from ...causes.finding import Finding
from .family import BY_THE_JOB, Clue, family, found, quoted

_AWS_PROGRAMS: Final = r"aws|docker|podman|buildah|skopeo|crane|kaniko|buildctl|docker-credential-[\w-]{1,30}"

_CALLS_OLD_LOGIN: Final = re.compile(r"\bget-login(?![\w-])")


def _old_login(clue: Clue) -> Finding | None:
    choice = clue.match["choice"]
    if not (choice == "get-login" if choice else _CALLS_OLD_LOGIN.search(clue.command)):
        return None
    return found(Cause.OLD_LOGIN_COMMAND, "the script calls `aws ecr get-login`, which AWS CLI 2 does not have")


def _no_provider(clue: Clue) -> Finding:
    issuer = clue.match["issuer"]
    of = quoted(issuer) if issuer else "the issuer of the job's id_token"
    return found(Cause.NO_OIDC_PROVIDER, f"the role's AWS account has no OIDC provider for {of}")


def _refused(clue: Clue) -> Finding:
    code = clue.match.groupdict().get("code") or "the security token is invalid or expired"
    return found(Cause.AWS_CREDENTIALS, f"AWS does not accept the AWS credentials of the job ({quoted(code)})")


AWS: Final = (
    family(
        Cause.OLD_LOGIN_COMMAND,
        "invalid choice",
        r"invalid choice(?:: '(?P<choice>[^']{1,100})')?",
        _old_login,
        example="aws: error: argument operation: Invalid choice: 'get-login', maybe you meant: get-login-password",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.OLD_LOGIN_COMMAND,
        "unknown shorthand flag",
        r"unknown shorthand flag: 'e' in -e",
        "`aws ecr get-login` wrote `docker login -e`, which Docker no longer knows",
        example="unknown shorthand flag: 'e' in -e",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.COMMAND_MISSING,
        "not found",
        rf"(?:^|[\s:/])(?P<program>{_AWS_PROGRAMS}): (?:command )?not found",
        "the job's image does not hold `{program}`, which the script calls",
        example="/bin/sh: eval: line 137: aws: not found",
        steps=BY_THE_JOB,
        fix="use an image that has {program} (for `aws` and `docker` together, build your own), or install it in "
        "before_script",
    ),
    family(
        Cause.WRONG_AUD,
        "incorrect token audience",
        r"Incorrect token audience",
        "STS does not accept the aud of the job's id_token: it is not one of the OIDC provider's client ids",
        example="An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: "
        "Incorrect token audience",
    ),
    family(
        Cause.NO_OIDC_PROVIDER,
        "no openidconnect provider",
        r"No OpenIDConnect provider found in your account(?: for (?P<issuer>\S{1,200}))?",
        _no_provider,
        example="An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: No "
        "OpenIDConnect provider found in your account for https://gitlab.example.com",
    ),
    family(
        Cause.ROLE_TRUST,
        "authorized to perform",
        r"not authorized to perform:? (?P<action>sts:(?:AssumeRole\w*|TagSession|SetSourceIdentity))",
        "the role's trust policy does not accept the caller: {action} was refused",
        example="An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized "
        "to perform sts:AssumeRoleWithWebIdentity",
    ),
    family(
        Cause.ID_TOKEN,
        "assumerolewithwebidentity",
        r"AssumeRoleWithWebIdentity.{0,200}?(?:InvalidIdentityToken|ExpiredToken\w{0,12}|IDP\w{3,30})\W{1,3}(?P<why>[^\n]{1,300})"
        r"|(?:InvalidIdentityToken|ExpiredToken\w{0,12}|IDP\w{3,30})\) when calling the AssumeRoleWithWebIdentity "
        r"operation: (?P<reason>[^\n]{1,300})",
        "AWS could not use the job's id_token: {why}{reason}",
        example="An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: "
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity "
        "documentation for requirements",
    ),
    family(
        Cause.ID_TOKEN,
        "webidentitytoken",
        r"Invalid length for parameter WebIdentityToken",
        "the job's id_token is empty: the script reads it from a variable that id_tokens does not name",
        example="Invalid length for parameter WebIdentityToken, value: 0, valid min length: 4",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.NO_PUSH_ROLE,
        "arn is invalid|parameter rolearn|rolearn",
        r"Request ARN is invalid|Invalid length for parameter RoleArn|(?:role_?arn)\W{1,4}(?:is "
        ")?(?:required|empty|not set)",
        "the job names no role to assume: the role's ARN is empty or wrong",
        example="An error occurred (ValidationError) when calling the AssumeRoleWithWebIdentity operation: Request ARN "
        "is invalid",
        steps=BY_THE_JOB,
        fix="make AWS_ROLE_ARN reach the job: add push to the consumer in the stack file, and run the job on one of "
        "its branches or tags",
    ),
    family(
        Cause.ROLE_TRUST,
        "assumerolewithwebidentity",
        r"AssumeRoleWithWebIdentity.{0,300}(?:AccessDenied|StatusCode: 403)",
        "the role's trust policy does not accept the job's id_token",
        example="operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: ..., "
        "api error AccessDenied: Not authorized",
    ),
    family(
        Cause.AWS_CREDENTIALS,
        "expiredtoken|invalidclienttokenid|unrecognizedclient|security token|refresh failed",
        r"\(?(?P<code>ExpiredToken(?:Exception)?|InvalidClientTokenId|UnrecognizedClientException)\)?\b"
        r"|security token included in the request is (?:invalid|expired)|Token has expired and refresh failed",
        _refused,
        example="An error occurred (UnrecognizedClientException) when calling the GetAuthorizationToken operation: The "
        "security token included in the request is invalid.",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.AWS_CREDENTIALS,
        "signaturedoesnotmatch|invalidsignature",
        r"(?P<code>SignatureDoesNotMatch|InvalidSignatureException)",
        _refused,
        example="An error occurred (InvalidSignatureException) when calling the GetAuthorizationToken operation: "
        "Signature expired: 20260101T000000Z is now earlier than 20260101T001500Z",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.NO_AWS_CREDENTIALS,
        "credential",
        r"Unable to locate credentials|NoCredentialProviders|no EC2 IMDS role found|failed to refresh cached "
        r"credentials|Partial credentials found|No valid credential sources found",
        "a command of the job found no AWS credentials, even before it used a registry",
        example='Unable to locate credentials. You can configure credentials by running "aws configure".',
        unless=r"while getting AWS credentials",  # kaniko tries every cloud's keychain, and says so
    ),
    family(
        Cause.NO_AWS_CREDENTIALS,
        "config profile",
        r"The config profile \((?P<profile>[^)]{1,100})\) could not be found",
        "the job has no AWS profile {profile}",
        example="The config profile (deploy) could not be found",
        steps=BY_THE_JOB,
    ),
    family(
        Cause.NO_AWS_REGION,
        "specify a region|region configuration|region is required|missing region|invalid endpoint",
        r"You must specify a region|could not find region configuration|an AWS region is required|Missing Region|"
        r"Invalid endpoint: https://api\.ecr\.\.amazonaws",
        "a command needs an AWS region, and none is set",
        example='You must specify a region. You can also configure your region by running "aws configure".',
    ),
)

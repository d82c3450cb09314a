"""The runner's messages about `secrets:` that it cannot read: those from AWS have a cause, those from others do not."""

from pathlib import Path

import pytest

from components.cli.__main__ import main

_BEFORE = """Running with gitlab-runner 18.3.0 (5a021a1c)
Resolving secrets
Resolving secret "DOCKER_AUTH_CONFIG"...
"""
_READING = "operation error Secrets Manager: GetSecretValue, "
_ANSWER = f"{_READING}https response error StatusCode: 400, RequestID: 6a1f0d0e, "
_ASSUMING = f"{_READING}get identity: get credentials: failed to refresh cached credentials, operation error STS: "
_STS = f"{_ASSUMING}AssumeRoleWithWebIdentity, https response error StatusCode: 400, RequestID: 6a1f0d0e, "
_DENIED = (
    f"{_ANSWER}api error AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/gitlab-ecr-prod-secret/1 "
    "is not authorized to perform: secretsmanager:GetSecretValue on resource: gitlab-ecr-prod/audience/acme/web "
)
_POST = f"{_READING}https response error StatusCode: 0, RequestID: , request send failed, Post "
_HOST = "https://secretsmanager.eu-central-1.amazonaws.com/"


_ERRORS = [
    (
        "key 'auths' in aws secrets manager response for secret 'a/b' is not a string, number or boolean",
        "secret-field",
    ),
    ("failed to parse JSON for secret 'a/b': invalid character 'n' after top-level value", "secret-field"),
    ("secret contains no value", "secret-empty"),
    (
        (
            f"{_ANSWER}InvalidRequestException: You can't perform this operation on the secret because it was marked "
            "for deletion."
        ),
        "secret-absent: somebody deleted",
    ),
    (
        (
            f"{_ANSWER}api error ValidationException: Invalid name. Must be a valid name containing alphanumeric "
            "characters, or any of the following: -/_+=.@!"
        ),
        "secret-absent: what the job names",
    ),
    (
        (
            f"{_ANSWER}api error ValidationException: 1 validation error detected: Value '' at 'secretId' failed to "
            "satisfy constraint: Member must have length greater than or equal to 1"
        ),
        "secret-absent: what the job names",
    ),
    (f"{_ANSWER}api error ThrottlingException: Rate exceeded", "throttled: AWS got"),
    (
        f"{_DENIED}because no VPC endpoint policy allows the secretsmanager:GetSecretValue action",
        "vpc-endpoint-policy: ",
    ),
    (
        f"{_DENIED}with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/p-1",
        "other-policy: a service control policy",
    ),
    (f"{_DENIED}with an explicit deny in an identity-based policy", "secret-denied: a policy of the job's role denies"),
    (
        f"{_DENIED}because no resource-based policy allows the secretsmanager:GetSecretValue action",
        "secret-denied: the job's role may not",
    ),
    (
        (
            f"{_ANSWER}DecryptionFailure: Secrets Manager can't decrypt the protected secret text using the provided "
            "KMS key."
        ),
        "secret-key",
    ),
    (
        f"{_ANSWER}api error KMSInvalidStateException: arn:aws:kms:eu-central-1:1:key/a is pending deletion.",
        "secret-key",
    ),
    (f"{_STS}api error ValidationError: Request ARN is invalid", "secret-role: the role that the job names"),
    (
        (
            f"{_STS}api error ValidationError: 1 validation error detected: Value '$AWS_ROLE' at 'roleArn' failed to "
            "satisfy constraint: Member must have length greater than or equal to 20"
        ),
        "secret-role: the role that",
    ),
    (
        (
            f"{_STS}api error ValidationError: 1 validation error detected: Value 'a/b' at 'roleSessionName' failed to "
            "satisfy constraint"
        ),
        "secret-role: AWS does not accept the session name",
    ),
    (
        (
            f"{_STS}api error ValidationError: 1 validation error detected: Value '' at 'webIdentityToken' failed to "
            "satisfy constraint: Member must have length greater than or equal to 4"
        ),
        "id-token: the job gives no",
    ),
    (
        f"{_STS}InvalidIdentityToken: No OpenIDConnect provider found in your account for https://gitlab.example.com",
        "no-oidc-provider: ",
    ),
    (
        (
            f"{_STS}InvalidIdentityToken: Couldn't retrieve verification key from your identity provider,  please "
            "reference AssumeRoleWithWebIdentity documentation for requirements"
        ),
        "id-token: AWS could not use",
    ),
    (
        f"{_STS}ExpiredTokenException: Token expired",
        "id-token: AWS could not use",
    ),
    (
        (
            f"{_ASSUMING}AssumeRoleWithWebIdentity, failed to resolve service endpoint, endpoint rule error, Invalid "
            "Configuration: Missing Region"
        ),
        "secret-region: ",
    ),
    (
        (
            f"{_ASSUMING}AssumeRoleWithWebIdentity, exceeded maximum number of attempts, 3, https response error "
            'StatusCode: 0, RequestID: , request send failed, Post "https://sts.eu-central1.amazonaws.com/": dial tcp: '
            "lookup sts.eu-central1.amazonaws.com on 10.0.0.2:53: no such host"
        ),
        "unreachable: the runner did not reach sts.eu-central1.amazonaws.com",
    ),
    (f'{_POST}"{_HOST}": dial tcp 10.0.1.141:443: i/o timeout', "unreachable: the runner did not reach secretsm"),
    (
        f'{_POST}"{_HOST}": tls: failed to verify certificate: x509: certificate signed by unknown authority',
        "certificate: the runner does not trust the TLS certificate of secretsmanager.",
    ),
    (
        f"{_READING}https response error StatusCode: 0, RequestID: , canceled, context deadline exceeded",
        "unreachable: the runner did not reach AWS",
    ),
    # doctor knows no cause for other providers, or for errors that nobody can fix.
    (
        (
            "initializing Vault service: preparing authenticated client: checking Vault server health: Get "
            "https://vault.example.com:8000/v1/sys/health: x509: certificate signed by unknown authority"
        ),
        "no known cause: ",
    ),
    (
        (
            "getting secret: get secret data: reading from Vault: api error: status code 403: 1 error occurred: * "
            "permission denied"
        ),
        "no known cause: ",
    ),
    ("failed to get secret: googleapi: got HTTP response code 403 with body: denied", "no known cause: "),
    ("getting secret failed: dial tcp: lookup kv.vault.azure.net on 10.0.0.2:53: no such host", "no known cause: "),
    ("secret not found: DOCKER_AUTH_CONFIG", "no known cause: "),
    (f"{_ANSWER}InternalServiceError: An error occurred on the server side.", "no known cause: "),
]


@pytest.mark.parametrize("ends", ["ERROR: Job failed (system failure)", "ERROR: Job failed"])
@pytest.mark.parametrize(("error", "answer"), _ERRORS)
def test_a_secret_that_cannot_be_resolved_has_its_own_cause(
    ends: str, error: str, answer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "job.log"
    log.write_text(f"{_BEFORE}{ends}: resolving secrets: {error}\n")
    main(["doctor", "--job-log", str(log)])
    assert capsys.readouterr().out.startswith(answer)


@pytest.mark.parametrize(
    "text",
    [
        "Not resolved: no resolver that can handle the secret",
        _BEFORE + "WARNING: Not resolved: no resolver that can handle the secret\n",
    ],
)
def test_the_warning_alone_is_enough(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "job.log"
    log.write_text(text)
    main(["doctor", "--job-log", str(log)])
    assert capsys.readouterr().out.startswith("secret-unresolved: ")

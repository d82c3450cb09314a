"""Policies about secrets in Secrets Manager: who may read one, and who may write them."""

from collections.abc import Sequence

from ..names.naming import Names
from ..names.registry_host import dns_suffix
from .actions import (
    DECRYPT_ACTION,
    ENCRYPT_ACTIONS,
    MANAGED_RENEWAL_ACTIONS,
    RANDOM_PASSWORD_ACTION,
    READ_SECRET_ACTION,
    WRITE_SECRET_ACTION,
)
from .policies import NO_RESOURCE, Document, allow, allow_everywhere, document


def read_secret_policy(secret_arn: str, via_service: str, key_arn: str = "") -> Document:
    """Allows reading one secret, and nothing else: the role of jobs that read their login.

    Args:
        secret_arn: the secret, from `secret_arn_pattern`.
        via_service: from `secrets_manager`.
        key_arn: the KMS key of the secret, if it is not the account's default one. It decrypts through Secrets Manager,
            and this secret only.
    """
    return document(
        allow("ReadLogin", READ_SECRET_ACTION, secret_arn),
        allow("DecryptLogin", DECRYPT_ACTION, key_arn, Condition=_only(secret_arn, via_service)) if key_arn else {},
    )


def write_secrets_statements(
    secrets_arn: str, via_service: str, key_arns: Sequence[str] = ()
) -> tuple[Document, Document]:
    """Allows writing secrets, and reading none.

    Args:
        secrets_arn: the ARN pattern of the stack's own secrets of audiences, which matches no others. A list of more
            than about eighty would not fit.
        via_service: from `secrets_manager`.
        key_arns: the KMS keys of those secrets that do not use the account's default key.
    """
    return (
        allow("WriteLogins", WRITE_SECRET_ACTION, secrets_arn),
        allow("EncryptLogins", ENCRYPT_ACTIONS, key_arns, Condition=_only(secrets_arn, via_service))
        if key_arns
        else {},
    )


def managed_renewal_policy(secret_arn: str) -> Document:
    """The policy of the role by which Secrets Manager renews the GitLab token: this one secret, and nothing else.

    Args:
        secret_arn: the token's secret, from `secret_arn_pattern`.
    """
    return document(
        allow("RenewToken", MANAGED_RENEWAL_ACTIONS, secret_arn),
        allow_everywhere("MakePassword", RANDOM_PASSWORD_ACTION, because=NO_RESOURCE),
    )


def secret_arn_pattern(secret_arn_without_suffix: str) -> str:
    """An ARN pattern for the secret of this name.

    Six question marks match exactly the suffix that Secrets Manager appends; a `*` would also match every secret whose
    name starts the same way.
    """
    return f"{secret_arn_without_suffix}-??????"


def secrets_manager(names: Names) -> str:
    """Secrets Manager in the stack's region, as a condition of KMS calls it."""
    return f"secretsmanager.{names.region}.{dns_suffix(names.region)}"


def _only(secrets_arn: str, via_service: str) -> Document:
    """The condition on a key: through Secrets Manager, and for these secrets."""
    return {
        "StringEquals": {"kms:ViaService": via_service},
        "StringLike": {"kms:EncryptionContext:SecretARN": secrets_arn},
    }

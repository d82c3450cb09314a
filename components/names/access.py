"""The kinds of access to a registry, by the words of a stack file."""

from enum import StrEnum


class Access(StrEnum):
    """How a consumer's jobs get their credentials."""

    ROTATED_VARIABLE = "rotated-variable"
    CREDENTIAL_HELPER = "credential-helper"
    CREDENTIALS_STORE = "credentials-store"
    STATIC = "static"
    JOB_ROLE = "job-role"
    JOB_SECRET = "job-secret"  # noqa: S105 - a kind of access
    ACCESS_KEYS = "access-keys"


class RunnerAccess(StrEnum):
    """How a runner itself logs in to registries."""

    CREDENTIAL_HELPER = "credential-helper"
    STATIC = "static"
    CREDENTIALS_STORE = "credentials-store"

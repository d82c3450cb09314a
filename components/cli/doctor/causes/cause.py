"""Every cause that doctor can find, with its word in `--json`."""

from enum import Enum


class Cause(Enum):
    """Why a pull or push fails. The value is the word in `--json`, which does not change from release to release.

    The module `sections` says how each arises and how to fix it.
    """

    IMAGE_REFERENCE = "image-reference"
    IMAGE_VARIABLE = "image-variable"
    NO_REGISTRY_HOST = "no-registry-host"

    VARIABLE_ABSENT = "variable-absent"
    VARIABLE_DELETED = "variable-deleted"
    PROTECTED = "protected"
    SCOPE = "scope"
    SHADOWED = "shadowed"
    HIDDEN = "hidden"
    EXPANSION = "expansion"
    NEVER_ROTATED = "never-rotated"

    BAD_DOCUMENT = "bad-document"
    BARE_PASSWORD = "bare-password"  # noqa: S105 - the name of a mistake
    BAD_AUTH = "bad-auth"
    WRONG_USER = "wrong-user"
    OTHER_HOST = "other-host"
    OTHER_ACCOUNT = "other-account"
    OTHER_REGION = "other-region"
    OTHER_FORM = "other-form"
    OTHER_KEY = "other-key"
    EXPIRED = "expired"
    REFUSED_TOKEN = "refused-token"  # noqa: S105 - the name of a mistake

    HELPER_MISSING = "helper-missing"
    HELPER_FAILED = "helper-failed"
    HELPER_MIXED = "helper-mixed"
    LOGIN_BESIDE_HELPER = "login-beside-helper"
    LOGIN_NOT_STORED = "login-not-stored"

    NO_LOGIN = "no-login"
    LOGIN_MISSING = "login-missing"
    EMPTY_PASSWORD = "empty-password"  # noqa: S105 - the name of a mistake
    OLD_LOGIN_COMMAND = "old-login-command"
    COMMAND_MISSING = "command-missing"
    NO_DOCKER_DAEMON = "no-docker-daemon"
    DOCKER_VERSION = "docker-version"
    NOT_PRIVILEGED = "not-privileged"
    LOGIN_SHADOWED = "login-shadowed"

    NO_AWS_CREDENTIALS = "no-aws-credentials"
    AWS_CREDENTIALS = "aws-credentials"
    NO_AWS_REGION = "no-aws-region"
    TOKEN_DENIED = "token-denied"  # noqa: S105 - the name of a mistake
    ROLE_TRUST = "role-trust"
    WRONG_AUD = "wrong-aud"
    NO_OIDC_PROVIDER = "no-oidc-provider"
    ID_TOKEN = "id-token"  # noqa: S105 - the name of a mistake
    NO_PUSH_ROLE = "no-push-role"

    SECRET_NOT_FETCHED = "secret-not-fetched"  # noqa: S105 - the name of a mistake
    SECRET_ROLE = "secret-role"  # noqa: S105 - the name of a mistake
    SECRET_DENIED = "secret-denied"  # noqa: S105 - the name of a mistake
    SECRET_ABSENT = "secret-absent"  # noqa: S105 - the name of a mistake
    SECRET_EMPTY = "secret-empty"  # noqa: S105 - the name of a mistake
    SECRET_KEY = "secret-key"  # noqa: S105 - the name of a mistake
    SECRET_REGION = "secret-region"  # noqa: S105 - the name of a mistake
    SECRET_FIELD = "secret-field"  # noqa: S105 - the name of a mistake
    SECRET_UNRESOLVED = "secret-unresolved"  # noqa: S105 - the name of a mistake

    IAM_POLICY = "iam-policy"
    REPOSITORY_POLICY = "repository-policy"
    VPC_ENDPOINT_POLICY = "vpc-endpoint-policy"
    OTHER_POLICY = "other-policy"
    AWS_DENIED = "aws-denied"
    PULL_DENIED = "pull-denied"
    PUSH_DENIED = "push-denied"
    PUSH_REF = "push-ref"
    PUSH_REPOSITORY = "push-repository"

    REPOSITORY_ABSENT = "repository-absent"
    IMAGE_ABSENT = "image-absent"
    PLATFORM = "platform"
    IMAGE_FORMAT = "image-format"
    TAG_IMMUTABLE = "tag-immutable"
    PUSH_ENDED = "push-ended"
    CACHE_MANIFEST = "cache-manifest"
    RATE_LIMIT = "rate-limit"
    THROTTLED = "throttled"
    PUBLIC_LOGIN = "public-login"
    REGISTRY_ANSWER = "registry-answer"

    UPSTREAM_LOGIN = "upstream-login"
    CACHE_DENIED = "cache-denied"
    CACHE_FIRST_PULL = "cache-first-pull"

    UNREACHABLE = "unreachable"
    LAYER_STORE = "layer-store"
    CERTIFICATE = "certificate"

    PULL_POLICY = "pull-policy"
    RUNNER_PULL_POLICY = "runner-pull-policy"
    IMAGE_NOT_ALLOWED = "image-not-allowed"
    DISK_FULL = "disk-full"
    FLEET_INSTANCE = "fleet-instance"
    CLUSTER_RIGHTS = "cluster-rights"

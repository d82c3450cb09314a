"""What doctor can find: one cause, in one line, with its fix."""

from dataclasses import dataclass
from enum import Enum


class Cause(Enum):
    """Why a pull or push fails; the value is what `--json` says, and does not change from release to release."""

    IMAGE_REFERENCE = "image-reference"
    IMAGE_VARIABLE = "image-variable"
    NO_REGISTRY_HOST = "no-registry-host"
    VARIABLE_ABSENT = "variable-absent"
    PROTECTED = "protected"
    SCOPE = "scope"
    SHADOWED = "shadowed"
    HIDDEN = "hidden"
    EXPANSION = "expansion"
    NEVER_ROTATED = "never-rotated"
    BAD_DOCUMENT = "bad-document"
    BARE_PASSWORD = "bare-password"  # noqa: S105 - the name of a mistake
    BAD_AUTH = "bad-auth"
    HELPER_MISSING = "helper-missing"
    HELPER_MIXED = "helper-mixed"
    OTHER_HOST = "other-host"
    OTHER_ACCOUNT = "other-account"
    OTHER_REGION = "other-region"
    OTHER_FORM = "other-form"
    OTHER_KEY = "other-key"
    WRONG_USER = "wrong-user"
    EXPIRED = "expired"
    REFUSED_TOKEN = "refused-token"  # noqa: S105 - the name of a mistake
    IAM_POLICY = "iam-policy"
    REPOSITORY_POLICY = "repository-policy"
    OTHER_POLICY = "other-policy"
    REPOSITORY_ABSENT = "repository-absent"
    IMAGE_ABSENT = "image-absent"
    UNREACHABLE = "unreachable"
    REGISTRY_ANSWER = "registry-answer"
    LOGIN_SHADOWED = "login-shadowed"
    NO_PUSH_ROLE = "no-push-role"
    TAG_IMMUTABLE = "tag-immutable"
    PULL_POLICY = "pull-policy"
    IMAGE_NOT_ALLOWED = "image-not-allowed"


@dataclass(frozen=True)
class Finding:
    """A cause that alone makes the pull or push fail.

    Attributes:
        cause: which one.
        what: what was found, and where; no value of a variable.
        fix: what to do.
    """

    cause: Cause
    what: str
    fix: str

    @property
    def line(self) -> str:
        """Both, in one line."""
        return " ".join(f"{self.what}. Fix: {self.fix}".split())


@dataclass(frozen=True)
class Diagnosis:
    """What came of looking.

    Attributes:
        finding: the cause that decides; None when nothing is wrong.
        notes: what was seen on the way and could not be checked, a line each.
    """

    finding: Finding | None
    notes: tuple[str, ...] = ()

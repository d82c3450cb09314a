"""What the rotator writes: a CI/CD variable with registry tokens, or two variables with an IAM user's access key."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .keys import ACCESS_KEYS

INSTANCE: Final = "instance"
"""What a declaration and a plan call the GitLab instance itself, where others have a path."""


class OwnerKind(StrEnum):
    """What a CI/CD variable belongs to."""

    PROJECT = "project"
    GROUP = "group"
    INSTANCE = "instance"


class VariableType(StrEnum):
    """How a job gets a CI/CD variable; the values are GitLab's."""

    FILE = "file"
    ENV_VAR = "env_var"


@dataclass(frozen=True)
class Flags:
    """The wanted flags of a CI/CD variable, named as in GitLab's API. `hidden` can only be set at creation."""

    variable_type: VariableType
    masked: bool
    protected: bool
    raw: bool
    hidden: bool


@dataclass(frozen=True)
class Target:
    """One CI/CD variable.

    Attributes:
        owner_kind: project, group, or the whole instance.
        owner: the numeric id as text, which survives a rename, or the full path; of the instance, `instance`.
        path: the full path as declared, for messages; of the instance, `instance`.
        key: the variable's key.
        environment_scope: `*` or an environment's name or pattern.
        flags: what the rotator sets with every value.
    """

    owner_kind: OwnerKind
    owner: str
    path: str
    key: str
    environment_scope: str
    flags: Flags

    @property
    def name(self) -> str:
        """How messages call it: `project acme/web DOCKER_AUTH_CONFIG`, with the environment scope unless it is `*`."""
        scope = "" if self.environment_scope == "*" else f" ({self.environment_scope})"
        return f"{self.owner_name} {self.key}{scope}"

    @property
    def owner_name(self) -> str:
        """How messages call its owner: `project acme/web`, or `instance`."""
        kind = self.owner_kind.value
        return kind if self.owner_kind is OwnerKind.INSTANCE else f"{kind} {self.path}"


@dataclass(frozen=True)
class TokenTarget(Target):
    """A variable that holds registry tokens.

    Attributes:
        audience: the audience whose tokens go into its `auths`.
        foreign: the Secrets Manager secret with a `DOCKER_AUTH_CONFIG` document for the other registries of a hidden
            variable, since a hidden value cannot be read back; None when there is none.
    """

    audience: str
    foreign: str | None


@dataclass(frozen=True)
class KeyUser:
    """An IAM user, and the pair of CI/CD variables that holds its access key.

    Attributes:
        user: the user's name in IAM.
        arn: the user's ARN; a new key is accepted only if it signs in as exactly this user.
        owner_kind: this and the fields below that `Target` has too apply to both variables.
        max_age_minutes: the age at which a key is replaced.
        grace_minutes: how long the previous key stays active, for jobs that started with it.
    """

    user: str
    arn: str
    owner_kind: OwnerKind
    owner: str
    path: str
    environment_scope: str
    flags: Flags
    max_age_minutes: int
    grace_minutes: int

    @property
    def name(self) -> str:
        """How messages call it: `project acme/web access keys`, with the environment scope unless it is `*`."""
        return self._target("access keys").name

    @property
    def id_target(self) -> Target:
        """The variable that holds the key's id."""
        return self._target(ACCESS_KEYS[0])

    @property
    def secret_target(self) -> Target:
        """The variable that holds the key's secret."""
        return self._target(ACCESS_KEYS[1])

    def _target(self, key: str) -> Target:
        return Target(self.owner_kind, self.owner, self.path, key, self.environment_scope, self.flags)

"""What the rotator writes: a CI/CD variable with registry tokens, or a pair of them with an IAM user's access key."""

from dataclasses import dataclass
from enum import StrEnum

from .keys import ACCESS_KEYS


class OwnerKind(StrEnum):
    """What a CI/CD variable belongs to."""

    PROJECT = "project"
    GROUP = "group"


class VariableType(StrEnum):
    """How a job gets a CI/CD variable, in GitLab's words."""

    FILE = "file"
    ENV_VAR = "env_var"


@dataclass(frozen=True)
class Flags:
    """The wanted flags of a CI/CD variable, in GitLab's words. `hidden` can be set at creation only."""

    variable_type: VariableType
    masked: bool
    protected: bool
    raw: bool
    hidden: bool


@dataclass(frozen=True)
class Target:
    """One CI/CD variable.

    Attributes:
        owner_kind: project or group.
        owner: the numeric id as text, which survives a rename, or the full path.
        path: the full path as declared, for messages.
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
        return f"{self.owner_kind.value} {self.path} {self.key}{scope}"


@dataclass(frozen=True)
class TokenTarget(Target):
    """A variable that holds registry tokens.

    Attributes:
        audience: whose tokens stand in its `auths`.
        foreign: the Secrets Manager secret with the `DOCKER_AUTH_CONFIG` document whose other registries a hidden
            variable keeps, as a hidden value cannot be read back; None when there are none.
    """

    audience: str
    foreign: str | None


@dataclass(frozen=True)
class KeyUser:
    """An IAM user, and the one pair of CI/CD variables that its access key stands in.

    Attributes:
        user: the user's name in IAM.
        arn: the user's ARN; who signs with a new key has to be exactly this.
        owner_kind: of both variables, as are the others below; see `Target`.
        max_age_minutes: how old a key gets before the next one takes its place.
        grace_minutes: how long the key before stays active, for the jobs that began with it.
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
        scope = "" if self.environment_scope == "*" else f" ({self.environment_scope})"
        return f"{self.owner_kind.value} {self.path} access keys{scope}"

    @property
    def id_target(self) -> Target:
        """The variable of the key's id."""
        return self._target(ACCESS_KEYS[0])

    @property
    def secret_target(self) -> Target:
        """The variable of the key's secret."""
        return self._target(ACCESS_KEYS[1])

    def _target(self, key: str) -> Target:
        return Target(self.owner_kind, self.owner, self.path, key, self.environment_scope, self.flags)

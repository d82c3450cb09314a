"""A CI/CD variable as GitLab lists it, without its value."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """Where a variable is defined. A level further down the list wins over one further up.

    Source: GitLab docs, CI/CD variable precedence; the runner's own variables win over all of them.
    """

    RUNNER = "runner"
    JOB = "job"
    DOTENV = "dotenv report"
    INSTANCE = "instance"
    GROUP = "group"
    PROJECT = "project"
    PIPELINE = "pipeline"

    @property
    def rank(self) -> int:
        """The higher, the stronger."""
        return list(Level).index(self)


@dataclass(frozen=True)
class ListedVariable:
    """A variable and its owner.

    Attributes:
        owner: the full path of its project or group; empty for the other levels.
        description: None when there is none.
    """

    level: Level
    owner: str
    key: str
    environment_scope: str = "*"
    variable_type: str = "env_var"
    protected: bool = False
    masked: bool = False
    hidden: bool = False
    raw: bool = False
    description: str | None = None

    @property
    def name(self) -> str:
        """How messages call it: `project acme/web DOCKER_AUTH_CONFIG`, with the environment scope unless it is `*`."""
        scope = "" if self.environment_scope == "*" else f" ({self.environment_scope})"
        return f"{self.level.value} {self.owner} {self.key}{scope}".replace("  ", " ")

    @property
    def flags(self) -> str:
        """Its type and its flags, in words."""
        flags = [flag for flag in ("masked", "hidden", "protected", "raw") if getattr(self, flag)]
        return ", ".join([self.variable_type, *flags])


def is_above(group: str, path: str) -> bool:
    """Whether a project or group lies below the group, at any depth. GitLab's paths are not case-sensitive."""
    return path.lower().startswith(f"{group.lower()}/")

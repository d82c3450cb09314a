"""What doctor knows before it decides; gathered once, plain values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...docker.auth import DOCKER_AUTH_CONFIG as KEY
from ...variables.job_view import Job
from ...variables.listed import ListedVariable

__all__ = ["KEY", "Answer", "Ask", "Facts", "Machine", "Role", "RoleOf", "VariableWithValue"]


@dataclass(frozen=True)
class VariableWithValue:
    """A variable with its value; None for a hidden one."""

    listed: ListedVariable
    value: str | None = field(repr=False)


@dataclass(frozen=True)
class Machine:
    """The runner's machine, as far as the command line tells of it.

    Attributes:
        helpers: the credential helpers on the PATH of the runner's process, without `docker-credential-`.
        home_config: `.docker/config.json` of the runner's user; None when it was not given.
        environment: the variables of the runner's config.toml; None when that was not given.
    """

    helpers: tuple[str, ...] = ()
    home_config: str | None = field(default=None, repr=False)
    environment: tuple[VariableWithValue, ...] | None = None


@dataclass(frozen=True)
class Facts:
    """A job that is to pull or push an image, and what surrounds it.

    Attributes:
        image: as the job writes it.
        job: the job, as far as variables go.
        variables: all that might reach it.
        unseen: the owners whose variables the GitLab token may not list.
        machine: the runner's.
        declared: of the plan, the owners of a rotated variable that is for this job, such as `project acme/web`.
        repositories: those that are known by name, for suggestions.
        remarks: what was noticed while these facts were gathered, a line each.
        now: the time.
    """

    image: str
    job: Job
    variables: tuple[VariableWithValue, ...]
    now: datetime
    unseen: tuple[str, ...] = ()
    machine: Machine = field(default_factory=Machine)
    declared: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a registry said to a pull.

    Attributes:
        status: HTTP's; None when no answer came.
        code: the registry's own word, such as `MANIFEST_UNKNOWN`; empty when it said none.
        text: its message, or why no answer came.
    """

    status: int | None
    code: str = ""
    text: str = ""


@dataclass(frozen=True)
class Role:
    """A role as IAM shows it.

    Attributes:
        trust: its trust policy.
        policies: its inline policies.
        complete: whether it has no attached policies beside them.
    """

    trust: dict[str, Any]
    policies: tuple[dict[str, Any], ...]
    complete: bool = True


Ask = Callable[[str, str, str, str | None], Answer]
"""Pulls: registry host, repository, tag or digest, and the `auth` to send or None."""
RoleOf = Callable[[str], "Role | str"]
"""The role of an ARN; or why it was not shown, in words."""

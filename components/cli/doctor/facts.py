"""What doctor knows before it decides: plain values, gathered once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...docker.auth import DOCKER_AUTH_CONFIG as KEY
from ...variables.job_view import Job
from ...variables.listed import ListedVariable
from .causes.finding import Finding
from .ci_file import CiFile

__all__ = ["KEY", "Answer", "Ask", "Facts", "JobSecret", "Machine", "Role", "RoleOf", "VariableWithValue"]


@dataclass(frozen=True)
class VariableWithValue:
    """A variable with its value, which is None for a hidden variable."""

    listed: ListedVariable
    value: str | None = field(repr=False)


@dataclass(frozen=True)
class Machine:
    """The runner's machine, as far as the command line describes it.

    Attributes:
        helpers: the credential helpers on the PATH of the runner's process, without `docker-credential-`.
        home_config: `.docker/config.json` of the runner's user; None when it was not given.
        environment: the variables of the runner's config.toml; None when that was not given.
    """

    helpers: tuple[str, ...] = ()
    home_config: str | None = field(default=None, repr=False)
    environment: tuple[VariableWithValue, ...] | None = None


@dataclass(frozen=True)
class Role:
    """A role as IAM shows it.

    Attributes:
        trust: its trust policy.
        policies: its inline policies.
        complete: whether these are all its policies, that is, whether it has no attached ones.
    """

    trust: dict[str, Any]
    policies: tuple[dict[str, Any], ...]
    complete: bool = True


@dataclass(frozen=True)
class JobSecret:
    """The secret from which the project's jobs fetch their login, by the plan.

    Attributes:
        name: its name in Secrets Manager.
        role_arn: the role by which the jobs read it.
        role: that role, or why AWS did not show it.
        ci: the project's CI configuration, or why GitLab did not show it.
        problem: what is wrong with the secret, as far as its description says so.
        login: what it holds; None when that could not be read.
        unread: why it could not be read.
    """

    name: str
    role_arn: str
    role: Role | str
    ci: CiFile | str
    problem: Finding | None = None
    login: str | None = field(default=None, repr=False)
    unread: str = ""


@dataclass(frozen=True)
class Facts:
    """A job that should pull or push an image, and everything that is known about it.

    Attributes:
        image: the image reference as the job writes it.
        job: what decides which variables the job sees.
        variables: all variables that might reach the job.
        unseen: the owners whose variables the GitLab token may not list.
        machine: the runner's machine.
        declared: the owners whose rotated variable in the plan is for this job, such as `project acme/web`.
        repositories: the names of known repositories, for suggestions.
        secret: the secret with the login, if the plan lets the project's jobs fetch it themselves.
        remarks: notes from gathering these facts, a line each.
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
    secret: JobSecret | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """A registry's answer to a pull.

    Attributes:
        status: the HTTP status; None when no answer came.
        code: the registry's error code, such as `MANIFEST_UNKNOWN`; empty when it gave none.
        text: the registry's message, or why no answer came.
    """

    status: int | None
    code: str = ""
    text: str = ""


Ask = Callable[[str, str, str, str | None], Answer]
"""Tries a pull. It takes the registry host, the repository, the tag or digest, and the `auth` to send, or None."""
RoleOf = Callable[[str], "Role | str"]
"""Looks up the role of an ARN. The answer is the role, or in words why AWS did not show it."""

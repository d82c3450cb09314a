"""What doctor knows before it decides; gathered once, plain values."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ...variables.job_view import Job
from ...variables.listed import ListedVariable

KEY = "DOCKER_AUTH_CONFIG"


@dataclass(frozen=True)
class Held:
    """A variable with its value; None for a hidden one."""

    listed: ListedVariable
    value: str | None = field(repr=False)


@dataclass(frozen=True)
class Facts:
    """A job that is to pull or push an image, and what surrounds it.

    Attributes:
        image: as the job writes it.
        job: the job, as far as variables go.
        variables: all that might reach it.
        unseen: the owners whose variables the GitLab token may not list.
        helpers: the credential helpers on the runner's machine, without `docker-credential-`.
        home_config: `.docker/config.json` of the runner's user; None when there is none.
        push: whether the job pushes the image by `docker login` and `docker push`.
        now: the time.
    """

    image: str
    job: Job
    variables: tuple[Held, ...]
    now: datetime
    unseen: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    home_config: str | None = field(default=None, repr=False)
    push: bool = False


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


Ask = Callable[[str, str, str, str | None], Answer]
"""Pulls: registry host, repository, tag or digest, and the `auth` to send or None."""

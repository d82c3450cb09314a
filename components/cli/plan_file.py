"""What the commands that act on a stack start from: its plan, and GitLab as the plan has it."""

from pathlib import Path
from typing import Final

import click

from ..documents import plan as plans
from ..rotation.clock import Deadline, SystemClock
from ..rotation.http import Http, PooledHttp
from .errors import CliError

_SECONDS: Final = 300.0

plan_option = click.option(
    "--plan",
    "plan_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="The stack's plan.json, which lies in the zip of its rotator.",
)


def read_plan(path: Path) -> plans.Plan:
    """The plan in a file.

    Raises:
        CliError: it is none, or one of another version.
    """
    try:
        return plans.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CliError(f"--plan {path}: {error}") from None


def gitlab_http(gitlab: plans.GitLab) -> Http:
    """A client for the plan's instance, that gives up after five minutes."""
    clock = SystemClock()
    return PooledHttp(
        clock,
        Deadline(clock, _SECONDS),
        connections=1,
        ca_bundle=gitlab.ca_bundle,
        proxy=gitlab.proxy,
        allow_http=gitlab.allow_http,
    )

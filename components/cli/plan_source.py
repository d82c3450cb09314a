"""Where a command finds the plan: in a file, or in the zip of the running rotator."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import click

from ..contract import plan as plans
from ..rotation.clock import Deadline, SystemClock
from ..rotation.gitlab import GitLab
from ..rotation.http import Http, PooledHttp
from .errors import CliError
from .gitlab_api import own_token
from .progress import progress
from .rotator_code import plan_of_bucket, plan_of_function
from .stack_outputs import rotator_of_stack

_SECONDS: Final = 300.0
_TYPED: Final = click.core.ParameterSource.COMMANDLINE
_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Source:
    """Where the command line says that the plan is.

    Attributes:
        file: the path of a plan.json.
        function: the name of the rotator's Lambda function.
        bucket: the name of the bucket that holds the rotator's code.
        region: the function's region, if the stack's outputs say it.
        stack: the stack's name in Pulumi, if the command line gives it.
    """

    file: Path | None
    function: str | None
    bucket: str | None = None
    region: str | None = None
    stack: str | None = None

    @property
    def is_named(self) -> bool:
        """Whether the command line names any source."""
        return bool(self.file or self.function or self.bucket)

    def plan(self) -> plans.Plan:
        """The plan.

        Raises:
            UsageError: the command line names no source.
            CliError: it could not be read.
        """
        if self.file is not None:
            where, text = f"--plan {self.file}", _text_of(self.file)
        elif self.function:
            with progress("Reading the plan"):
                where, text = f"--function {self.function}", plan_of_function(self.function, self.region)
        elif self.bucket:
            where = f"--bucket {self.bucket}"
            with progress("Reading the plan"):
                text = plan_of_bucket(self.bucket)
        else:
            raise click.UsageError(
                "write --stack NAME where pulumi knows the stack. Elsewhere write --function NAME, or with "
                "rotationBackend gitlab --bucket NAME (the stack's output rotator), or --plan FILE"
            )
        try:
            return plans.loads(text)
        except ValueError as error:
            raise CliError(f"{where}: {error}") from None


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise CliError(f"--plan {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CliError(f"--plan {file}: is not UTF-8; give the plan.json of a stack") from None


_STACK: Final = click.option(
    "--stack",
    "plan_stack",
    metavar="NAME",
    help="The stack, by its name in Pulumi: its outputs say where the rotator is.",
)


def plan_options(command: _Command) -> _Command:
    """Adds the options `--stack`, `--plan`, `--function` and `--bucket`, and passes them on as one `source`."""
    return _STACK(plan_options_without_stack(command))


def plan_options_without_stack(command: _Command) -> _Command:
    """The same without `--stack`, for a command that has its own `--stack`."""
    file = click.option(
        "--plan",
        "plan_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="The stack's plan.json.",
    )
    function = click.option(
        "--function",
        envvar="GITLAB_ECR_ROTATOR",
        metavar="NAME",
        help="The rotator's function (the stack's output `rotator`): its zip holds the plan. [env: GITLAB_ECR_ROTATOR]",
    )
    bucket = click.option(
        "--bucket",
        envvar="GITLAB_ECR_BUCKET",
        metavar="NAME",
        help="With rotationBackend gitlab: the bucket of the rotator's code (the stack's output `rotator`). "
        "[env: GITLAB_ECR_BUCKET]",
    )

    @functools.wraps(command)
    def with_source(
        *,
        plan_file: Path | None,
        function: str | None,
        bucket: str | None,
        plan_stack: str | None = None,
        **options: Any,
    ) -> Any:
        named = {"plan_file": plan_file, "function": function, "bucket": bucket, "plan_stack": plan_stack}
        # What is typed takes precedence over the environment.
        typed = [name for name in named if click.get_current_context().get_parameter_source(name) is _TYPED]
        if len(typed) > 1:
            raise click.UsageError("got more than one of --stack, --plan, --function and --bucket; write one")
        chosen: dict[str, Any] = {name: value for name, value in named.items() if not typed or name in typed}
        if stack := chosen.get("plan_stack"):
            return command(source=source_of_stack(stack), **options)
        source = Source(chosen.get("plan_file"), chosen.get("function"), chosen.get("bucket"))
        return command(source=source, **options)

    return cast("_Command", file(function(bucket(with_source))))


def source_of_stack(stack: str) -> Source:
    """The source that the stack's own outputs name.

    Raises:
        CliError: the outputs cannot be read, or name no rotator.
    """
    rotator = rotator_of_stack(stack)
    return Source(None, rotator.function, rotator.bucket, rotator.region, stack)


def gitlab_http(gitlab: plans.GitLab) -> Http:
    """An HTTP client for the plan's GitLab instance. It gives up after five minutes."""
    clock = SystemClock()
    return PooledHttp(
        Deadline(clock, _SECONDS),
        connections=1,
        ca_bundle=gitlab.ca_bundle,
        proxy=gitlab.proxy,
        allow_http=gitlab.allow_http,
    )


def gitlab_of(plan: plans.Plan) -> GitLab:
    """The plan's GitLab, accessed with the person's own token.

    Raises:
        CliError: there is none, or the environment has no token.
    """
    where = gitlab_in(plan)
    return GitLab(where.url, own_token(), gitlab_http(where))


def gitlab_in(plan: plans.Plan) -> plans.GitLab:
    """The GitLab that holds the plan's variables.

    Raises:
        CliError: the plan writes nothing to GitLab.
    """
    if plan.gitlab is None:
        raise CliError(
            f"stack {plan.stack}: every consumer has `access`: job-secret, so nothing is written to GitLab, and there "
            "is no GitLab token"
        )
    return plan.gitlab


def rotator_of(plan: plans.Plan) -> str:
    """The name of the rotator's function. It begins with the stack's prefix, as does the path of the plan's state."""
    return f"{plan.state.split('/')[1]}-rotator"


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)

"""Options that describe the runner's machine: its helpers, its user's config.json, its config.toml."""

import functools
import tomllib
from collections.abc import Callable
from typing import IO, Any, Final, TypeVar, cast

import click

from ...variables.listed import Level, ListedVariable
from ..errors import CliError
from .facts import Machine, VariableWithValue

_BYTES: Final = click.File("rb")
_Command = TypeVar("_Command", bound=Callable[..., Any])


def machine_options(command: _Command) -> _Command:
    """Adds the options that describe the runner's machine, and passes them on as one `machine`."""
    helper = click.option(
        "--helper",
        "helpers",
        multiple=True,
        metavar="NAME",
        help="A credential helper on the runner's machine, such as ecr-login.",
    )
    runner = click.option("--runner-config", type=_BYTES, metavar="FILE", help="The runner's config.toml.")
    docker = click.option(
        "--docker-config", type=_BYTES, metavar="FILE", help="The .docker/config.json of the runner's user."
    )

    @functools.wraps(command)
    def with_machine(
        *,
        helpers: tuple[str, ...],
        runner_config: IO[bytes] | None,
        docker_config: IO[bytes] | None,
        **options: Any,
    ) -> Any:
        home = _text(docker_config, "--docker-config")
        config = _text(runner_config, "--runner-config")
        try:
            environment = None if config is None else tuple(environment_variables(config))
        except ValueError as error:
            raise CliError(f"--runner-config: {error}") from None
        plain = tuple(name.removeprefix("docker-credential-") for name in helpers)
        return command(machine=Machine(plain, home, environment), **options)

    return cast("_Command", helper(runner(docker(with_machine))))


def environment_variables(config: str) -> list[VariableWithValue]:
    """The variables that a runner gives its jobs: `environment` in its config.toml. All others take precedence.

    Raises:
        ValueError: the text is not TOML, or does not define exactly one runner.
    """
    try:
        document: dict[str, Any] = tomllib.loads(config)
    except ValueError as error:
        raise ValueError(f"is not TOML: {error}; give the runner's config.toml") from None
    runners: Any = document.get("runners", [])
    listed = cast("list[Any]", runners) if isinstance(runners, list) else []
    if len(listed) != 1 or not isinstance(listed[0], dict):
        raise ValueError("does not have exactly one [[runners]]; give a file with only the runner that takes the job")
    held: dict[str, VariableWithValue] = {}
    items: Any = cast("dict[str, Any]", listed[0]).get("environment", [])
    for item in cast("list[Any]", items) if isinstance(items, list) else []:
        key, equals, value = str(item).partition("=")
        if equals:
            held[key] = VariableWithValue(ListedVariable(Level.RUNNER, "", key), value)
    return list(held.values())


def _text(file: IO[bytes] | None, option: str) -> str | None:
    if file is None:
        return None
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CliError(f"{option} {file.name}: is not UTF-8; save it as UTF-8, as Docker and the runner do") from None

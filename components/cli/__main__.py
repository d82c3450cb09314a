"""The command line `gitlab-ecr`."""

import atexit
import gc
import importlib
import sys
from typing import Final

import click

from ..rotation.workers import unexpected
from .exit_codes import ExitCode
from .version import version

_COMMANDS: Final = {
    "check": "check",
    "doctor": "doctor.command",
    "forget": "forget",
    "plan-note": "plan_note",
    "revoke": "revoke",
    "rotate": "rotate",
    "status": "status",
    "token": "token",
}
"""The module of each command. Its click command is named `command`, and returns an ExitCode or None."""


class _Commands(click.Group):
    """Imports a command's module only when that command runs: importing boto3 takes longer than most commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        return importlib.import_module(f".{_COMMANDS[cmd_name]}", __package__).command


def _version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(f"gitlab-ecr {version()}")
        context.exit()


_EXIT_CODES: Final = "\b\nExit codes:\n" + "\n".join(f"{code.value:5}  {code.meaning}" for code in ExitCode)


@click.group(cls=_Commands, epilog=_EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def commands() -> None:
    """Private ECR images in GitLab CI: show their state, and find out what is wrong."""


def main(arguments: list[str] | None = None) -> int:
    """Runs a command and returns its exit code."""
    atexit.register(gc.freeze)  # otherwise Python looks for garbage in all of boto3 before it ends: a tenth of a second
    try:
        return commands.main(arguments, prog_name="gitlab-ecr", standalone_mode=False) or ExitCode.OK
    except click.Abort:
        click.echo("gitlab-ecr: stopped", err=True)
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ImportError:
        raise  # the caller in entry.py says what to install
    except Exception as error:  # noqa: BLE001 - what a library says, or a traceback shows, may hold a token
        click.echo(f"gitlab-ecr: {unexpected(error)}", err=True)
        return ExitCode.FAILED


if __name__ == "__main__":
    sys.exit(main())

"""The one error that a command raises for its user."""

from typing import IO, Any

import click

from .exit_codes import ExitCode
from .plain_text import plain


class CliError(click.ClickException):
    """What went wrong, in one line: where, what was found, and what to do. It never contains a secret value."""

    exit_code = ExitCode.FAILED

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))

    def show(self, file: IO[Any] | None = None) -> None:
        """Prints it to stderr."""
        click.echo(f"gitlab-ecr: {plain(self.message)}", file=file, err=file is None)

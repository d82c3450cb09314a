"""A progress indicator while a command works. In a pipe, nothing is shown."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text


@contextmanager
def progress(text: str) -> Generator[None]:
    """Shows that something longer than a second is under way."""
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True, markup=False, emoji=False).status(Text(text)):
        yield

"""What surrounds the program while it runs in this process: its folder, a token, and a Pulumi that does less."""

import logging
import os
from collections.abc import Generator
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any, Final

from pulumi.runtime import resource as registration
from pulumi.runtime.proto import source_pb2

_TOKEN: Final = "GITLAB_TOKEN"  # noqa: S105 - a variable's name


@contextmanager
def around(folder: Path, *, with_token: bool) -> Generator[None]:
    """Sets all of it up, and restores what was there when the program has ended.

    Args:
        folder: where the program's files are.
        with_token: whether a person's GitLab token is there.
    """
    with chdir(folder), _with_a_token(there=with_token), _quiet(), _without_positions():
        yield


@contextmanager
def _with_a_token(*, there: bool) -> Generator[None]:
    """Gives the program a token, because it requires a person's GitLab token; the adapter has its own."""
    before = os.environ.pop(_TOKEN, None)
    if there:
        os.environ[_TOKEN] = "glpat-fake-of-the-rehearsal"
    try:
        yield
    finally:
        os.environ.pop(_TOKEN, None)
        if before is not None:
            os.environ[_TOKEN] = before


@contextmanager
def _without_positions() -> Generator[None]:
    """Pulumi looks up the line of the program that each resource comes from, which no one here reads."""
    sdk: Any = registration
    before = sdk._get_stack_trace  # noqa: SLF001 - not public, so the SDK is pinned
    sdk._get_stack_trace = source_pb2.StackTrace  # noqa: SLF001 - not public, so the SDK is pinned
    try:
        yield
    finally:
        sdk._get_stack_trace = before  # noqa: SLF001 - not public, so the SDK is pinned


@contextmanager
def _quiet() -> Generator[None]:
    """Pulumi logs a traceback for each failed resource; the rehearsal reports it in one line."""
    logger = logging.getLogger("pulumi")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)

"""A rehearsal whose stack is deployed: its first rotation has run, and no time has passed yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rehearsal.rehearsal import Rehearsal
from rehearsal.stack_file import read


@contextmanager
def deployed(stack_file: Path) -> Iterator[Rehearsal]:
    """The rehearsal of a stack file after its `up`; it ends with the block."""
    with Rehearsal(read(stack_file), lambda _: None) as running:
        running.up()
        yield running

"""Rehearsals in the tests' own process, of a stack that is deployed or about to be."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from rehearsal import world
from rehearsal.cloud.docker_registry import PROGRAM
from rehearsal.rehearsal import Rehearsal
from rehearsal.stack_file import read


@contextmanager
def started(stack_file: Path) -> Iterator[Rehearsal]:
    """The rehearsal of a stack file before its `up`; it ends with the block.

    The rehearsal's own store keeps the images: a docker-registry is one more process, and whole rehearsals have it.
    """
    present = world.present
    with (
        mock.patch.object(world, "present", lambda program: program != PROGRAM and present(program)),
        Rehearsal(read(stack_file), lambda _: None) as running,
    ):
        yield running


@contextmanager
def deployed(stack_file: Path) -> Iterator[Rehearsal]:
    """The same after its `up`: its first rotation has run, and no time has passed yet."""
    with started(stack_file) as running:
        running.up()
        yield running

"""Lists what a rehearsal leaves out or replaces, so that nobody believes that it was tried."""

from collections.abc import Iterable

from . import jobs
from .stack_file import StackFile
from .stand_ins import note

_BOUNDARY = "the permissions boundary: the account's own is not here, and its stand-in allows everything"


def left_out(stack_file: StackFile, unproven: Iterable[str | None], replaced: Iterable[str]) -> list[str]:
    """A line for each thing.

    Args:
        stack_file: the stack file, with its encrypted values, its boundary, and its rotation backend.
        unproven: what the emulators do not prove about resources.
        replaced: the settings that have other values in this run.
    """
    declaration = stack_file.declaration
    return [
        *map(note, stack_file.stand_ins),
        *replaced,
        *sorted({f"{reason}" for reason in unproven if reason}),
        *([_BOUNDARY] if "permissions_boundary" in declaration else []),
        *([jobs.NOT_REHEARSED] if "job" in declaration.get("rotation", {}) else []),
    ]

"""The error with which a rehearsal ends when something is not as it should be."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Final

from .clients import ClientError
from .faults import FaultError
from .job_runs.job_runs import JobRunsError
from .key_holders import KeyHolderError
from .namespaces import ContradictionError
from .program import ProgramError
from .renewal import RenewalError
from .rotations import RotationError

_OF_A_PART: Final = (
    *(ClientError, ContradictionError, FaultError, JobRunsError, KeyHolderError, ProgramError),
    *(RenewalError, RotationError),
)


class RehearsalError(Exception):
    """Something is not as it should be. The message has a line for each such thing."""


@contextmanager
def in_words() -> Generator[None]:
    """Turns errors of parts within the block into the error that ends the rehearsal.

    Raises:
        RehearsalError: a part failed. The message is the part's.
    """
    try:
        yield
    except _OF_A_PART as error:
        raise RehearsalError(str(error)) from None


def refuse(mistakes: Iterable[str]) -> None:
    """Ends the rehearsal when there are mistakes.

    Raises:
        RehearsalError: there are mistakes, a line each.
    """
    if wrong := list(mistakes):
        raise RehearsalError("\n".join(wrong))

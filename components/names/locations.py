"""Where in a declaration a document's error belongs."""

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def place(text: str) -> Generator[None]:
    """Puts the place in the declaration before the field that an error of a document starts with."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{text}.{error}") from None

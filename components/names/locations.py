"""Prefixes the errors of a document with the key of the declaration that they belong to."""

from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def errors_under(key: str) -> Generator[None]:
    """Prefixes every `ValueError` raised inside the block with `key` and a dot."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{key}.{error}") from None

"""botocore's descriptions of the services, read once by each process of the tests.

A command makes a session for itself, as it should, since it runs once. In the tests hundreds of commands run in one
process, and each session would read the same files again: a third of a second, nearly all of what such a test takes.
"""

from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader, Loader


@cache
def _read(file_path: str) -> Any:
    return JSONFileLoader().load_file(file_path)


@cache
def _exists(file_path: str) -> bool:
    return JSONFileLoader().exists(file_path)


class _ReadOnce(JSONFileLoader):
    def load_file(self, file_path: str) -> Any:
        return _read(file_path)

    def exists(self, file_path: str) -> bool:
        return _exists(file_path)


def read_once() -> None:
    """Every session of this process shares what was read; botocore changes none of it."""
    Loader.FILE_LOADER_CLASS = _ReadOnce

"""botocore's descriptions of the services, looked for and read once by each process of the tests.

A command makes a session for itself, as it should, since it runs once. In the tests hundreds of commands run in one
process, and each session would read the same files again: a third of a second, nearly all of what such a test takes.
"""

from typing import Any

from botocore.loaders import Loader

_found: dict[tuple[str, ...], dict[Any, Any]] = {}
botocores_own = Loader.__init__
"""Makes a loader that shares nothing."""


def _sharing(self: Any, *arguments: Any, **options: Any) -> None:
    botocores_own(self, *arguments, **options)
    self._cache = _found.setdefault(tuple(self.search_paths), self._cache)


def read_once() -> None:
    """All sessions of this process that look in the same folders share what is found; botocore changes none of it."""
    Loader.__init__ = _sharing

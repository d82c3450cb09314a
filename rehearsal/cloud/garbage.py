"""The garbage collector of a process that makes many objects and keeps most, as a large stack's rehearsal does."""

import gc
from typing import Final

_OBJECTS: Final = 50_000


def collect_seldom() -> None:
    """From now on, the garbage collector runs once for so many new objects, and never goes through today's again."""
    gc.set_threshold(_OBJECTS)
    gc.freeze()

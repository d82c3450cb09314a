"""The garbage collector of a process that makes many objects and keeps most, as a large stack's rehearsal does."""

import atexit
import gc
from typing import Final

_OBJECTS: Final = 50_000


def collect_seldom() -> None:
    """From now on, it runs once for so many new objects, and not on today's; when the process ends, not at all."""
    gc.set_threshold(_OBJECTS)
    gc.freeze()
    atexit.register(gc.freeze)

"""The garbage collector of a process that makes many objects and keeps most, as a large stack's rehearsal does."""

import atexit
import gc
from typing import Final

_OBJECTS: Final = 50_000


def collect_seldom() -> None:
    """Makes collections rare, and exempts all objects that exist now; at the end of the process, all of them."""
    gc.set_threshold(_OBJECTS)
    gc.freeze()
    atexit.register(gc.freeze)

"""A quicker start: Python does not look for garbage in modules while they load."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def without_collections() -> Generator[None, None, None]:
    """Stops the garbage collector within the block, and exempts from it what exists afterwards.

    The modules of boto3 and of Pulumi's providers make tens of thousands of objects, which stay until the process ends.
    Looking at them again and again would take about a sixth of a cold start, and more of a program of Pulumi's.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()

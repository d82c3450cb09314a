"""A recorder for a while, with an event loop of its own; afterwards nothing of either is left."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pulumi

from validation.event_loop import OneThreadLoop
from validation.recorder import Recorder, record


@contextmanager
def recording(*, preview: bool = False) -> Iterator[Recorder]:
    """What a program registers in `up`, or in a first preview: there, every output of every resource is unknown."""
    loop = OneThreadLoop()
    asyncio.set_event_loop(loop)
    try:
        yield record(preview=preview)
    finally:
        pulumi.runtime.set_all_config({}, [])
        pulumi.runtime.settings.reset_options()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        asyncio.set_event_loop(None)

"""A recorder for a while, with an event loop of its own; afterwards nothing of either is left."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pulumi

from validation.event_loop import OneThreadLoop
from validation.recorder import Recorder, record


class _Loop(OneThreadLoop):
    """Remembers its tasks. `asyncio.all_tasks` looks for them among those of every loop that a process ever had."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: list[asyncio.Task[Any]] = []

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:
        task = super().create_task(coro, **options)
        self.tasks.append(task)
        return task


@contextmanager
def recording(*, preview: bool = False) -> Iterator[Recorder]:
    """What a program registers in `up`, or in a first preview: there, every output of every resource is unknown."""
    loop = _Loop()
    asyncio.set_event_loop(loop)
    try:
        yield record(preview=preview)
    finally:
        pulumi.runtime.set_all_config({}, [])
        pulumi.runtime.settings.reset_options()
        for task in loop.tasks:
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        loop.tasks.clear()
        asyncio.set_event_loop(None)

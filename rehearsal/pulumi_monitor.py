"""Pulumi's own test monitor, which needs an event loop in each thread of its pool."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from pulumi.runtime.mocks import MockMonitor


class PulumiMonitor(MockMonitor):
    """The monitor, with an event loop for each call that makes outputs."""

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of Pulumi's RPC
        with event_loop_of_this_thread():
            return super().RegisterResource(request)  # pyright: ignore[reportUnknownMemberType] - untyped in the SDK

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the name of Pulumi's RPC
        with event_loop_of_this_thread():
            return super().Invoke(request)  # pyright: ignore[reportUnknownMemberType] - untyped in the SDK


@contextmanager
def event_loop_of_this_thread() -> Generator[None]:
    """An event loop, closed at the end: the monitor would leave each one open."""
    if threading.current_thread() is threading.main_thread():
        yield
        return
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()

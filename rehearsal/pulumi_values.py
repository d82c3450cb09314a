"""The conversion of values that Pulumi's own test monitor requires."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from pulumi.runtime import rpc

from .json_values import is_list, is_mapping


def plain(value: Any) -> Any:
    """The value with every secret wrapper taken off, at every depth."""
    value = rpc.unwrap_rpc_secret(value) if rpc.is_rpc_secret(value) else value
    if is_mapping(value):
        return {key: plain(item) for key, item in value.items()}
    if is_list(value):
        return [plain(item) for item in value]
    return value


@contextmanager
def event_loop_of_this_thread() -> Generator[None]:
    """The monitor needs an event loop in each thread of its pool, and would leave each one open."""
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

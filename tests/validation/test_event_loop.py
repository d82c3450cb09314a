"""The recorder's event loop answers at once, and passes on what is raised."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from validation.event_loop import OneThreadLoop


@pytest.fixture
def loop() -> Iterator[OneThreadLoop]:
    made = OneThreadLoop()
    yield made
    made.close()


def test_a_call_is_over_before_anything_else_runs(loop: OneThreadLoop) -> None:
    async def ask() -> tuple[bool, threading.Thread]:
        answer = loop.run_in_executor(None, threading.current_thread)
        return answer.done(), await answer

    assert loop.run_until_complete(ask()) == (True, threading.current_thread())


def test_an_error_is_raised_where_the_answer_is_awaited(loop: OneThreadLoop) -> None:
    async def ask() -> int:
        return await asyncio.get_running_loop().run_in_executor(None, int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        loop.run_until_complete(ask())

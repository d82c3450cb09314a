"""Fixtures own event loop, mocks, config and the AWS environment, and undo all of them."""

import asyncio
from collections.abc import Iterator

import pulumi
import pytest
from pulumi_recorder import Recorder, record

_AWS_ENVIRONMENT = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION")


@pytest.fixture(autouse=True)
def _hermetic(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _AWS_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def _event_loop() -> Iterator[None]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def recorder(_event_loop: None) -> Iterator[Recorder]:
    """What a program registers, with the outputs an `up` would have."""
    yield record()
    _forget()


@pytest.fixture
def first_preview(_event_loop: None) -> Iterator[Recorder]:
    """What a program registers in the first preview: every output of every resource is unknown."""
    yield record(preview=True)
    _forget()


def _forget() -> None:
    pulumi.runtime.set_all_config({}, [])
    pulumi.runtime.settings.reset_options()

"""A GitLab per test, its clock, and clients that are closed afterwards."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import gitlab as python_gitlab
import pytest
from raw_http import Api

from rehearsal.gitlab.emulator import GitLab


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **duration: float) -> None:
        self.time += timedelta(**duration)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def emulator(clock: Clock) -> Iterator[GitLab]:
    with GitLab.start(now=clock) as started:
        started.create_project("acme/platform/app")
        yield started


@pytest.fixture
def connect(emulator: GitLab) -> Iterator[Callable[[str], python_gitlab.Gitlab]]:
    """python-gitlab with a token."""
    with ExitStack() as stack:
        yield lambda token: stack.enter_context(python_gitlab.Gitlab(emulator.url, private_token=token))


@pytest.fixture
def http(emulator: GitLab) -> Iterator[Callable[[str | None], Api]]:
    """Plain HTTP with a token."""
    with ExitStack() as stack:
        yield lambda token: stack.enter_context(Api(emulator.url, token))


@pytest.fixture
def maintainer(emulator: GitLab, http: Callable[[str | None], Api]) -> Api:
    return http(emulator.create_token("maintainer", ["api"], project="acme/platform/app"))


@pytest.fixture
def owner(emulator: GitLab, http: Callable[[str | None], Api]) -> Api:
    return http(emulator.create_token("owner", ["api"], group="acme"))


@pytest.fixture
def root(emulator: GitLab, http: Callable[[str | None], Api]) -> Api:
    return http(emulator.create_token("root", ["api"], user="root"))


@pytest.fixture
def runner(root: Api) -> dict[str, Any]:
    return root.decoded("POST", "/user/runners", json={"runner_type": "instance_type"})[1]


@pytest.fixture
def ask(http: Callable[[str | None], Api], runner: dict[str, Any]) -> Callable[..., Any]:
    """Asks for a job, as the runner does."""
    api = http(None)

    def request(**more: Any) -> Any:
        body = {"token": runner["token"], "system_id": "s_1", "info": {"version": "18.3.0", "features": {}}, **more}
        return api("POST", "/jobs/request", json=body, headers={"RUNNER-TOKEN": runner["token"]}, timeout=20)

    return request

"""Fixtures own event loop, mocks, config and the AWS environment, and undo all of them."""

import gc
import logging
import os
from collections.abc import Generator, Iterator
from io import StringIO
from pathlib import Path

import pytest
from botocore_models import read_once
from depth import EXAMPLES, PROFILE
from forked_emulators import fork_emulators
from hypothesis import HealthCheck, settings
from recording import recording

from validation.recorder import Recorder

_FOLDER = Path(__file__).parent
_REHEARSED = {"kept", "rehearsed", "whole"}  # fixtures that run a stack against the emulators
_SECONDS = 5  # a test that takes longer says why, with pytest.mark.slow; a rehearsal is reason enough

# A busy machine is slow now and then, so no example has a deadline, and slow ones are no failure.
for _name, _examples in EXAMPLES.items():
    settings.register_profile(
        _name,
        max_examples=_examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        print_blob=_name != "dev",
    )
settings.load_profile(PROFILE)
read_once()
fork_emulators()

_AWS_ENVIRONMENT = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keeps the garbage collector from going through all modules and tests again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(200_000, 20, 100)


@pytest.hookimpl(
    wrapper=True
)  # xdist reads the groups in the same hook, and it is the first of those without a wrapper
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Marks what needs a rehearsal, and divides the tests among the workers of xdist, which run the slow ones first."""
    for item in items:
        names = getattr(item, "fixturenames", [])
        if item.path.is_relative_to(_FOLDER / "rehearsal") or _REHEARSED.intersection(names):
            item.add_marker("rehearsal")
    if hasattr(config, "workerinput"):  # of a worker of xdist
        for item in items:
            if group := _group(item):
                item.add_marker(pytest.mark.xdist_group(group))
        items.sort(key=lambda item: not _is_slow(item))
    return (yield)


def _is_slow(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("rehearsal", "slow"))


def _group(item: pytest.Item) -> str | None:
    """The tests that run on the same worker: those that share a session fixture of ours, or else those of a file.

    A slow test shares its file's fixtures only. Other tests share what is cached, too. And xdist goes through all
    groups after each test, which would take longer than most tests if each had a group of its own.
    """
    scopes = {
        (definition.scope, name)
        for name, definitions in getattr(item, "_fixtureinfo").name2fixturedefs.items()  # noqa: B009 - pytest has no public way
        for definition in definitions[-1:]
        if definition.baseid.startswith("tests") and definition.scope in {"module", "session"}
    }
    sessions = [name for scope, name in scopes if scope == "session"]
    file = item.path.relative_to(_FOLDER).as_posix() if scopes or not _is_slow(item) else None
    return min(sessions, default=file)  # session fixtures that use each other give the same name for all


class _NamesFailures:
    """Names a failing test at once: with -q, pytest prints its name only after the last test."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        shown: pytest.TerminalReporter | None = self._config.pluginmanager.get_plugin("terminalreporter")
        if shown is not None and report.failed:  # a worker of xdist has none
            shown.ensure_newline()
            shown.write_line(f"failed: {report.nodeid}")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_NamesFailures(config), "names-failures")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In CI and with --durations, names the tests that took long and do not say why. A busy machine is always slow."""
    if not os.environ.get("CI") and terminalreporter.config.getoption("durations") is None:
        return
    passed: list[pytest.TestReport] = terminalreporter.stats.get("passed", [])
    for report in passed:
        reasons = {"rehearsal", "slow"}.intersection(report.keywords)
        if report.when == "call" and report.duration > _SECONDS and not reasons:
            terminalreporter.write_line(
                f"slow: {report.nodeid} took {report.duration:.1f} s; say why with pytest.mark.slow"
            )


@pytest.fixture(autouse=True)
def _hermetic(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _AWS_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("GITLAB_BASE_URL", raising=False)
    monkeypatch.setenv("GITLAB_TOKEN", "glpat-fake-of-who-deploys")


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """What a program registers, with the outputs an `up` would have."""
    with recording() as started:
        yield started


@pytest.fixture
def first_preview() -> Iterator[Recorder]:
    """What a program registers in the first preview: every output of every resource is unknown."""
    with recording(preview=True) as started:
        yield started


@pytest.fixture
def logged() -> Iterator[StringIO]:
    """Everything that loggers get, from debug messages on; also those that the rotator made less chatty."""
    text, root = StringIO(), logging.getLogger()
    handler = logging.StreamHandler(text)
    loggers = [root, *(each for each in root.manager.loggerDict.values() if isinstance(each, logging.Logger))]
    before = [each.level for each in loggers]
    root.addHandler(handler)
    for each in loggers:
        each.setLevel(logging.DEBUG if each is root else logging.NOTSET)
    yield text
    for each, level in zip(loggers, before, strict=True):
        each.setLevel(level)
    root.removeHandler(handler)

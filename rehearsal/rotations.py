"""The rotator's runs, read from the function's log, and the time that passes between them."""

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from . import command_line
from .command_line import CommandRun
from .program import Program
from .world import World

_BEFORE_A_RUN: Final = timedelta(seconds=60)  # time to look at the tokens just before they are replaced
_LONGEST_RUN_SECONDS: Final = 60.0
_PAUSE, _LONGEST_WAIT = 0.04, 1.0
"""Seconds between two reads of the log. A read slows the run down, so there is none while the run is busy."""
_LATE_MILLISECONDS: Final = 5000  # a line may reach the log after a later one
_FIRST_RUN: Final = "aws:lambda/invocation:Invocation"
_RATE: Final = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")


class RotationError(Exception):
    """The rotator did not keep a variable valid; the message says which and why."""


class Rotations:
    """Watches a program's rotator, and moves time under it.

    Raises:
        RotationError: the rotation at the end of `up` left no report.

    Attributes:
        function: the rotator's name.
        interval: from one run to the next.
        reports: every run's report, oldest first.
    """

    def __init__(self, world: World, program: Program) -> None:
        self._world = world
        self.function: str = program.outputs["rotator"]
        self._log_group = f"/aws/lambda/{self.function}"
        schedules = program.of_type("aws:scheduler/schedule:Schedule")
        own, *others = sorted(
            schedules, key=lambda schedule: not schedule.inputs["target"]["arn"].endswith(f":{self.function}")
        )
        self._renewal = next((other.inputs["target"] for other in others), None)
        self.interval = _interval(own.inputs["scheduleExpression"])
        self.reports: list[dict[str, Any]] = []
        self._lines: set[str] = set()
        self._read_until = 0
        if program.of_type(_FIRST_RUN):  # its report may reach the log after the program has its answer
            self._report_after(0)

    def refresh(self) -> None:
        """Reads what is new in the log."""
        pages = self._world.aws("logs").get_paginator("filter_log_events")
        found = pages.paginate(logGroupName=self._log_group, startTime=max(0, self._read_until - _LATE_MILLISECONDS))
        for event in (event for page in found for event in page["events"]):
            line = event["message"]
            self._read_until = max(self._read_until, event["timestamp"])
            if line.startswith('{"gitlab_ecr_report"') and line not in self._lines:  # each names its time
                self._lines.add(line)
                self.reports.append(json.loads(line)["gitlab_ecr_report"])

    def next_run(self, check: Callable[[], None]) -> dict[str, Any]:
        """Moves time by one interval; `check` is called just before the run that this fires.

        Returns:
            The run's report.

        Raises:
            RotationError: the schedule fired nothing.
        """
        before = len(self.reports)
        self._world.cloud.move((self.interval - _BEFORE_A_RUN).total_seconds())
        check()
        self._world.cloud.move(_BEFORE_A_RUN.total_seconds())
        return self._report_after(before)

    def by_hand(self) -> tuple[CommandRun, dict[str, Any]]:
        """One run by the command line, and its report.

        Raises:
            RotationError: the command did not start a run, or the run left no report.
        """
        before = len(self.reports)
        run = command_line.run(self._world, "rotate", "--function", self.function)
        if run.exit_code not in (0, 1):
            raise RotationError(run.words)
        return run, self._report_after(before)

    def store_token(self, token: str) -> CommandRun:
        """Stores the GitLab token by the command line, which rotates with it.

        Raises:
            RotationError: it was not stored, or there is no report.
        """
        before = len(self.reports)
        run = command_line.run(self._world, "token", "set", "--function", self.function, typed=f"{token}\n")
        if run.exit_code:
            raise RotationError(run.words)
        self._report_after(before)
        return run

    def renewal(self) -> str:
        """What the renewal of the GitLab token says, fired with its schedule's own event.

        Raises:
            RotationError: it failed, or there is none, since there is no GitLab token.
        """
        if self._renewal is None:
            raise RotationError("nothing renews a GitLab token here")
        answer = self._world.aws("lambda").invoke(
            FunctionName=self._renewal["arn"], Payload=self._renewal["input"].encode()
        )
        payload = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise RotationError(f"the renewal of the GitLab token failed: {payload.get('errorMessage', payload)}")
        return payload["done"]

    def _report_after(self, before: int) -> dict[str, Any]:
        """The report of the first run after those that are `before` in number.

        Raises:
            RotationError: none came.
        """
        give_up = time.monotonic() + _LONGEST_RUN_SECONDS
        while time.monotonic() < give_up:
            self.refresh()
            if len(self.reports) > before:
                return self.reports[-1]
            self._wait_for_quiet()
        raise RotationError(f"a run was fired that left no report in {self._log_group}")

    def _wait_for_quiet(self) -> None:
        """Returns after a pause without a new token or a request to the registry or GitLab, as at the end of a run."""
        longest = time.monotonic() + _LONGEST_WAIT
        seen = -1
        while (until_now := self._world.requests_seen) > seen and time.monotonic() < longest:
            seen = until_now
            time.sleep(_PAUSE)


def _interval(expression: str) -> timedelta:
    match = _RATE.fullmatch(expression)
    if match is None:
        raise RotationError(f"{expression}: the rehearsal moves time by a rate, such as rate(2 hours)")
    return timedelta(**{f"{match[2]}s": int(match[1])})

"""The rotator's promises under crashes, overlaps, outages and drift."""

import json
from datetime import datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from plans import HOST, audience, plan_of, target
from scripted import FOREIGN, START, CrashError, World, answer, denied, unreachable

from components.contract.firing import FiredBy
from components.rotation import metrics

_PATHS = ("acme/a", "acme/b", "acme/c")
_AUDIENCES = {"backend": audience("backend"), "frontend": audience("frontend")}
_PLAN = plan_of(target("acme/a"), target("acme/b"), target("acme/c", "frontend"), audiences=_AUDIENCES)


def _seeded() -> World:
    world = World()
    for path in _PATHS:
        world.seed(path, json.dumps({"auths": FOREIGN}, separators=(",", ":")))
    return world


def _calls_of_a_run() -> int:
    world = _seeded()
    world.rotate(_PLAN)
    world.clock.pass_by(hours=2)
    before = len(world.calls)
    world.rotate(_PLAN)
    return len(world.calls) - before


@pytest.mark.parametrize("after_effect", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("call", range(1, _calls_of_a_run() + 1))
def test_a_crash_at_any_call_leaves_the_complete_old_or_new_value(call: int, after_effect: bool) -> None:
    world = _seeded()
    world.rotate(_PLAN)
    old = {path: world.variable(path)["value"] for path in _PATHS}
    world.clock.pass_by(hours=2)
    known = set(world.tokens)
    world.crash_at, world.crash_after_effect = len(world.calls) + call, after_effect
    with pytest.raises(CrashError):
        world.rotate(_PLAN)
    for path in _PATHS:
        assert world.works(path)
        assert FOREIGN.items() <= world.auths(path).items()
        is_new = world.auths(path)[HOST]["auth"] not in known
        assert is_new or world.variable(path)["value"] == old[path]
        expected = timedelta(hours=14 if is_new else 12)
        assert world.described_until(path) == START + expected
    world.crash_at = None
    assert world.rotate(_PLAN).failures == []
    assert all(world.described_until(path) == START + timedelta(hours=14) for path in _PATHS)


def test_a_crash_of_the_very_first_run_leaves_placeholders_or_complete_values() -> None:
    total = len(_first_calls())
    for call in range(1, total + 1):
        world = World(crash_at=call, crash_after_effect=True)
        world.seed("acme/a")
        world.owners.update(_PATHS)
        with pytest.raises(CrashError):
            world.rotate(_PLAN)
        for path, _, _ in world.variables:
            assert world.auths(path) == {} or world.works(path)


def _first_calls() -> list[str]:
    world = World()
    world.seed("acme/a")
    world.owners.update(_PATHS)
    world.rotate(_PLAN)
    return world.calls


def test_a_run_out_of_time_stops_cleanly_and_reports_what_is_left() -> None:
    world = _seeded()
    world.gitlab_fault = lambda method, _: world.clock.sleep(10) if method == "PUT" else None  # type: ignore[func-returns-value]
    report = world.rotate(_PLAN, seconds=15)
    assert [result.status.value for result in report.targets] == ["published", "published", "left"]
    assert "acme/c DOCKER_AUTH_CONFIG: not reached: this run had no time left" in report.failures[0]
    assert metrics.values(report)["TargetsFailed"] == 1
    assert metrics.values(report)["RotationSuccess"] == 0


class Rotator(RuleBasedStateMachine):
    """Runs, overlapping runs, crashes, edits by hand, outages and clocks that drift, in any order."""

    @initialize()
    def begin(self) -> None:
        self.world = _seeded()
        self.promised: dict[str, datetime] = {}
        self.broken_by_hand: set[str] = set()

    @rule(minutes=st.integers(1, 180))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.pass_by(minutes=minutes)

    @rule(minutes=st.integers(-4, 4))
    def the_clock_drifts(self, minutes: int) -> None:
        self.world.clock.drift = timedelta(minutes=minutes)

    @rule(fired_by=st.sampled_from(FiredBy))
    def a_run(self, fired_by: FiredBy) -> None:
        self.world.rotate(_PLAN, fired_by=fired_by)

    @rule(call=st.integers(1, 30), after_effect=st.booleans())
    def a_run_that_crashes(self, call: int, after_effect: bool) -> None:
        self.world.crash_at, self.world.crash_after_effect = len(self.world.calls) + call, after_effect
        try:
            self.world.rotate(_PLAN)
        except CrashError:
            pass
        finally:
            self.world.crash_at = None

    @rule(minutes=st.integers(0, 30), which=st.sampled_from(["GET", "PUT"]))
    def a_run_that_another_overtakes(self, minutes: int, which: str) -> None:
        """Between two calls of a run, another one begins later and ends first."""
        overtaken: list[str] = []

        def overtake(method: str, path: str) -> None:
            if method == which and "variables" in path and not overtaken:
                overtaken.append(path)
                self.world.clock.pass_by(minutes=minutes)
                self.world.rotate(_PLAN)
                self.every_variable_holds_a_complete_value_and_no_token_was_replaced_by_a_shorter_one()

        self.world.gitlab_fault = overtake
        self.world.rotate(_PLAN)
        self.world.gitlab_fault = lambda *_: None
        # Between a GET and its PUT nothing guards a variable: GitLab has no conditional write. What is lost is
        # the minutes between the two tokens, never a token that works.
        if which == "PUT" and overtaken:
            self.promised.pop(overtaken[0].split("/variables")[0].removeprefix("projects/"), None)

    @rule(
        what=st.sampled_from(["mint", "registry", "gitlab", "one target", "secret", "parameter"]),
        kind=st.sampled_from([401, 403, 404, 500, None]),
    )
    def a_run_in_an_outage(self, what: str, kind: int | None) -> None:
        fault = (lambda *_: answer(kind, {"message": "said"})) if kind else unreachable
        world = self.world
        if what == "mint":
            world.mint_fault = denied
        elif what == "registry":
            world.registry_fault = fault
        elif what == "gitlab":
            world.gitlab_fault = fault
        elif what == "one target":
            world.gitlab_fault = lambda _, path: fault() if "acme/b/" in path else None
        else:
            world.aws_fault = lambda name: denied(name) if name == what else None  # type: ignore[func-returns-value] # pyright: ignore[reportAttributeAccessIssue] - it only raises
        world.rotate(_PLAN)
        world.mint_fault, world.registry_fault = None, lambda _: None
        world.gitlab_fault, world.aws_fault = lambda *_: None, lambda _: None

    @rule(path=st.sampled_from(_PATHS), what=st.sampled_from(["delete", "flags", "description", "foreign"]))
    def an_edit_by_hand(self, path: str, what: str) -> None:
        if (path, "DOCKER_AUTH_CONFIG", "*") not in self.world.variables:
            return
        if what == "delete":
            self.world.owners.add(path)
            del self.world.variables[path, "DOCKER_AUTH_CONFIG", "*"]
            self.promised.pop(path, None)
            self.broken_by_hand.add(path)
        elif what == "flags":
            self.world.variable(path).update(masked=False, protected=True)
        elif what == "description":
            self.world.variable(path)["description"] = "mine"
            self.promised.pop(path, None)
        else:
            document = json.loads(self.world.variable(path)["value"])
            document["auths"]["another.example.com"] = {"auth": "ZmFrZTpmYWtlLXR3bw=="}
            self.world.variable(path)["value"] = json.dumps(document)

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def every_variable_holds_a_complete_value_and_no_token_was_replaced_by_a_shorter_one(self) -> None:
        for path in _PATHS:
            if (path, "DOCKER_AUTH_CONFIG", "*") not in self.world.variables:
                continue
            auths = self.world.auths(path)
            if path not in self.broken_by_hand:
                assert FOREIGN.items() <= auths.items()
            until = self.world.described_until(path)
            if until is None:
                continue
            minted = self.world.tokens[auths[HOST]["auth"]]
            assert minted.role_arn.endswith("frontend" if path == "acme/c" else "backend")
            assert minted.expires_at.replace(second=0, microsecond=0) == until
            assert until >= self.promised.get(path, until)
            self.promised[path] = until

    @precondition(lambda self: hasattr(self, "world"))
    @rule()
    def a_good_run_leaves_every_variable_good(self) -> None:
        report = self.world.rotate(_PLAN)
        assert report.failures == []
        for path in _PATHS:
            assert self.world.works(path)
            assert self.world.variable(path)["raw"]
            until = self.world.described_until(path)
            assert until is not None
            assert until >= self.world.clock.moment + timedelta(hours=11, minutes=59) - timedelta(minutes=30)


Rotator.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestPromises = pytest.mark.slow(reason="forty stacks, with 25 steps each")(Rotator.TestCase)

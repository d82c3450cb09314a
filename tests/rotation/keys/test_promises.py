"""The promises of the access keys, under runs, overlaps, crashes, outages and edits by hand in any order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from plans import plan_of
from scripted import CrashError, World, answer, unreachable
from scripted_iam import FLAGS, ID, SECRET, USER, key_user, pair, seed_keys, works

from components.contract.firing import FiredBy
from components.rotation.aws import AwsError

_SHOWN = replace(plan_of(), audiences={}, key_users=(key_user(),))
_HIDDEN = replace(_SHOWN, key_users=(key_user(flags=replace(FLAGS, hidden=True)),))


class KeyRotations(RuleBasedStateMachine):
    """`disturbed`: something was changed by hand, so that no complete pair can be expected before the next runs."""

    @initialize(hidden=st.booleans())
    def begin(self, hidden: bool) -> None:
        self.world = World()
        self.plan = _HIDDEN if hidden else _SHOWN
        seed_keys(self.world, hidden=hidden)
        self.world.rotate(self.plan)
        self.disturbed = False
        self.forgotten = False  # without their tags, the rotator does not recognize its own keys

    @rule(minutes=st.one_of(st.integers(1, 300), st.integers(300, 20 * 24 * 60)))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.pass_by(minutes=minutes)

    @rule(fired_by=st.sampled_from(FiredBy), seconds=st.sampled_from([60, 290]))
    def a_run(self, fired_by: FiredBy, seconds: int) -> None:
        self.world.rotate(self.plan, fired_by=fired_by, seconds=seconds)

    @rule(call=st.integers(1, 40), after_effect=st.booleans(), again=st.booleans())
    def a_run_that_crashes(self, call: int, after_effect: bool, again: bool) -> None:
        before = self._whole()
        self.world.crash_at, self.world.crash_after_effect = len(self.world.calls) + call, after_effect
        try:
            self.world.rotate(self.plan, run="crashing")
        except CrashError:
            pass
        finally:
            self.world.crash_at = None
        self._complete_or_between_the_two_writes(before)
        if again:
            self.world.clock.pass_by(minutes=1)
            self.world.rotate(self.plan, run="crashing")

    @rule(call=st.integers(1, 40), minutes=st.integers(0, 3))
    def a_run_that_another_overtakes(self, call: int, minutes: int) -> None:
        before = self._whole()
        where, begun = len(self.world.calls) + call, []
        plain = self.world.call

        def overtaken(name: str, effect: Callable[[], Any]) -> Any:
            if len(self.world.calls) + 1 >= where and not begun:
                begun.append(name)
                self.world.clock.pass_by(minutes=minutes)
                self.world.rotate(self.plan, run="overtaking")
            return plain(name, effect)

        self.world.call = overtaken  # type: ignore[method-assign]
        self.world.rotate(self.plan, run="overtaken")
        self.world.call = plain  # type: ignore[method-assign]
        assert self._whole() or not before

    @rule(
        what=st.sampled_from(["gitlab", "writes", "id", "list keys", "create key", "tag", "caller", "delete key"]),
        kind=st.sampled_from([403, 404, 500, None]),
        after=st.integers(0, 30),
    )
    def an_outage(self, what: str, kind: int | None, after: int) -> None:
        world, before = self.world, self._whole()
        begin = len(world.calls) + after
        fault = (lambda *_: answer(kind, {"message": "said"})) if kind else unreachable

        def of_gitlab(method: str, path: str) -> Any:
            hit = what == "gitlab" or (method == "PUT" and (what == "writes" or (what == "id" and path.endswith(ID))))
            return fault() if hit and len(world.calls) >= begin else None

        def of_iam(call: str) -> None:
            if call == what and len(world.calls) >= begin:
                raise AwsError("ServiceUnavailable", "said AWS")

        world.gitlab_fault, world.iam.fault = of_gitlab, of_iam
        world.rotate(self.plan)
        world.gitlab_fault, world.iam.fault = lambda *_: None, lambda _: None
        self._complete_or_between_the_two_writes(before)

    @rule(seconds=st.integers(0, 120))
    def iam_takes_its_time(self, seconds: int) -> None:
        self.world.iam.unknown_for = timedelta(seconds=seconds)

    @rule(what=st.sampled_from(["make", "deactivate", "delete", "tags", "description", "value", "variable", "flag"]),
          which=st.sampled_from([ID, SECRET]), number=st.integers(0, 1))  # fmt: skip
    def somebody_changes_it_by_hand(self, what: str, which: str, number: int) -> None:
        world, keys = self.world, self.world.iam.keys[USER]
        variable = world.variables.get(("acme/scripts", which, "*"))
        chosen = list(keys)[number] if number < len(keys) else None
        if what == "make" and len(keys) < 2:
            keys[world.iam.make(USER, world.clock.moment, by_hand=True)].used = True
        elif what == "deactivate" and chosen:
            keys[chosen].active = False
        elif what == "delete" and chosen:
            del keys[chosen]
        elif what == "tags":
            world.iam.tags[USER] = {"team": "ci"}
            self.forgotten = True
        elif what == "description" and variable:
            variable["description"] = "mine"
        elif what == "value" and variable and not variable["hidden"]:  # a hidden one cannot be compared
            variable["value"] = "AKIAFAKE000000000000"
        elif what == "variable":
            world.variables.pop(("acme/scripts", which, "*"), None)
        elif what == "flag" and variable:
            variable["protected"] = not variable["protected"]
        self.disturbed |= what not in {"make", "flag", "tags"}

    @precondition(lambda self: hasattr(self, "world"))
    @rule()
    def good_runs_leave_a_complete_pair_unless_the_user_has_two_unknown_keys(self) -> None:
        report = None
        self.world.iam.unknown_for = timedelta(0)
        for _ in range(4):
            self.world.clock.pass_by(hours=2)
            report = self.world.rotate(self.plan)
        keys = self.world.iam.keys[USER].values()
        assert report is not None
        if report.failures:
            assert "the user already has two" in report.failures[0]
            assert self.forgotten or any(key.by_hand for key in keys)
        else:
            assert works(self.world)
            assert self.world.iam.tags[USER]["gitlab-ecr:current"] == pair(self.world)[0]
            self.disturbed = False

    @precondition(lambda self: hasattr(self, "world"))
    @invariant()
    def there_are_never_more_than_two_keys_and_the_published_one_works(self) -> None:
        assert len(self.world.iam.keys[USER]) <= 2
        assert self.disturbed or works(self.world)

    def _whole(self) -> bool:
        places = [("acme/scripts", key, "*") for key in (ID, SECRET)]
        return all(place in self.world.variables for place in places) and works(self.world)

    def _complete_or_between_the_two_writes(self, before: bool) -> None:
        if self._whole() or not before:
            return
        secret = pair(self.world)[1]
        assert any(key.secret == secret and key.active for key in self.world.iam.keys[USER].values())
        self.disturbed = True


KeyRotations.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestKeyRotations = pytest.mark.slow(reason="forty lives of a key, of 25 steps each")(KeyRotations.TestCase)

"""Worlds with one user whose access key is rotated."""

from dataclasses import replace
from typing import Any

from plans import plan_of
from scripted import World
from scripted_iam import FLAGS, key_user, seed_keys, works

from components.contract.firing import FiredBy
from components.contract.plan import Plan
from components.rotation.report import Report
from components.rotation.results import KeyResult

PLAN = replace(plan_of(), audiences={}, key_users=(key_user(),))
HIDDEN = replace(PLAN, key_users=(key_user(flags=replace(FLAGS, hidden=True)),))


def world_of(plan: Plan = PLAN) -> World:
    world = World()
    seed_keys(world, hidden=plan.key_users[0].flags.hidden)
    return world


def settled(plan: Plan = PLAN) -> World:
    """With a pair that the first run published."""
    world = world_of(plan)
    assert world.rotate(plan, fired_by=FiredBy.DEPLOY).failures == []
    assert works(world)
    return world


def only(report: Report) -> KeyResult:
    (result,) = report.keys
    return result


def write(world: World, key: str, **changes: Any) -> None:
    world.variables["acme/scripts", key, "*"].update(changes)


def due(plan: Plan) -> World:
    """With a pair that is to be replaced."""
    world = settled(plan)
    world.clock.pass_by(days=31)
    return world

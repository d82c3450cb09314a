"""A rotator of one target, and what it registers."""

from functools import cache
from typing import Any

import pulumi
from plans import plan_of, target
from recording import recording

from components.contract import plan
from components.names.naming import Names
from components.rotator.args import RotatorArgs
from components.rotator.rotator import Rotator
from validation.recorder import Recorder

NAMES = Names("123456789012", "eu-central-1", "gitlab-ecr")
PLAN = plan_of(target("acme/web"), token_secret=NAMES.gitlab_token_secret)
ARGS: RotatorArgs = {
    "account": "123456789012",
    "region": "eu-central-1",
    "prefix": "gitlab-ecr",
    "plan": plan.dumps(PLAN),
}


def made(recorder: Recorder, **changes: Any) -> Recorder:
    """Makes it with some arguments changed; None takes one out."""
    arguments = {key: value for key, value in {**ARGS, **changes}.items() if value is not None}
    pulumi.runtime.test(lambda: Rotator("rotator", arguments) and None)()  # pyright: ignore[reportArgumentType] - the changes are arguments too
    return recorder


@cache
def rotator() -> Recorder:
    """What it registers without changes, for tests that only read it."""
    with recording() as recorder:
        return made(recorder)
